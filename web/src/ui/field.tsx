import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";

import { cx } from "@/ui/cx";

export const CONTROL =
  "w-full rounded-md border border-strong/70 bg-surface px-2.5 text-ink placeholder:text-muted " +
  "disabled:opacity-60 aria-[invalid=true]:border-bad";

interface FieldParts {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  errors?: readonly string[] | undefined;
  required?: boolean;
  children: (parts: FieldParts) => ReactNode;
  className?: string;
}

/** A label, its control, help and errors, tied together for those who do not see them. */
export function Field({ label, help, errors = [], required, children, className }: FieldProps) {
  const id = useId();
  const helpId = help === undefined || help === "" ? undefined : `${id}-help`;
  const errorId = errors.length > 0 ? `${id}-error` : undefined;
  const describedBy = [errorId, helpId].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {required && (
          <span className="text-bad" aria-hidden>
            {" *"}
          </span>
        )}
      </label>
      {children({ id, describedBy, invalid: errorId !== undefined })}
      {helpId && (
        <p id={helpId} className="text-muted text-xs">
          {help}
        </p>
      )}
      {errorId && (
        <ul id={errorId} className="text-bad text-xs font-medium" role="alert">
          {errors.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

type InputProps = InputHTMLAttributes<HTMLInputElement> & Partial<FieldParts>;

export function Input({ describedBy, invalid, className, ...rest }: InputProps) {
  return (
    <input
      aria-describedby={describedBy}
      aria-invalid={invalid}
      className={cx(CONTROL, "h-9", className)}
      {...rest}
    />
  );
}

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & Partial<FieldParts>;

/** The browser's own: it works on a phone and with every keyboard. */
export function Select({ describedBy, invalid, className, ...rest }: SelectProps) {
  return (
    <select
      aria-describedby={describedBy}
      aria-invalid={invalid}
      className={cx(CONTROL, "h-9 pr-8", className)}
      {...rest}
    />
  );
}
