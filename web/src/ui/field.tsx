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
  /** Of the control; made up when none is given. */
  id?: string;
  label: ReactNode;
  help?: ReactNode;
  errors?: readonly string[] | undefined;
  required?: boolean;
  children: (parts: FieldParts) => ReactNode;
  className?: string;
}

/** A label, its control, help and errors, tied together for those who do not see them. */
export function Field(props: FieldProps) {
  const { label, help, errors = [], required, children, className } = props;
  const made = useId();
  const id = props.id ?? made;
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
      {errorId && <Errors id={errorId} errors={errors} />}
    </div>
  );
}

/** What is wrong with a field; nothing when nothing is. */
export function Errors({ id, errors }: { id: string; errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <div id={id} role="alert" className="text-bad text-xs font-medium">
      {errors.map((text) => (
        <p key={text}>{text}</p>
      ))}
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

type TextFieldProps = Omit<FieldProps, "children" | "id"> &
  Omit<InputProps, "value" | "id"> & { value: string; onValue: (text: string) => void };

/** A label and a line of text. */
export function TextField({ label, help, errors, className, onValue, ...rest }: TextFieldProps) {
  const field = { label, help, errors, required: rest.required ?? false };
  return (
    <Field {...field} {...(className !== undefined && { className })}>
      {(parts) => (
        <Input
          autoComplete="off"
          spellCheck={false}
          {...parts}
          {...rest}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
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

interface SelectFieldProps<T extends string> {
  label: string;
  value: T;
  /** Values and what they are called. */
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

/** A label and one of a few. */
export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const { label, value, options, onChange } = props;
  return (
    <Field label={label}>
      {(parts) => (
        <Select {...parts} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {options.map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
