import { cx } from "@/ui/cx";

interface TogglesProps {
  label: string;
  values: readonly number[];
  chosen: readonly number[];
  name: (value: number) => string;
  /** As it is read out, where the name is short. */
  fullName?: (value: number) => string;
  onToggle: (value: number) => void;
}

/** Several of a few: each is a button that is pressed or not. */
export function Toggles({ label, values, chosen, name, fullName, onToggle }: TogglesProps) {
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1">
      <span className="font-medium" aria-hidden>
        {label}
      </span>
      <div className="flex max-w-md flex-wrap gap-1">
        {values.map((value) => (
          <button
            key={value}
            type="button"
            aria-pressed={chosen.includes(value)}
            {...(fullName && { "aria-label": fullName(value) })}
            onClick={() => onToggle(value)}
            className={cx(
              "h-8 min-w-9 rounded-md border px-2 text-xs font-medium",
              chosen.includes(value)
                ? "border-accent bg-accent text-accent-ink"
                : "border-line bg-surface hover:border-strong",
            )}
          >
            {name(value)}
          </button>
        ))}
      </div>
    </div>
  );
}
