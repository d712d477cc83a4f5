import { cx } from "@/ui/cx";

interface MeterProps {
  value: number;
  of: number;
  label: string;
  className?: string;
}

/** How much of something is used, as a bar. */
export function Meter({ value, of, label, className }: MeterProps) {
  const percent = of === 0 ? 0 : Math.min(100, (100 * value) / of);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={Math.round(percent)}
      aria-valuemin={0}
      aria-valuemax={100}
      className={cx("bg-line h-1.5 overflow-hidden rounded-full", className)}
    >
      <div
        className="bg-accent h-full"
        style={{ width: percent === 0 ? 0 : `max(2px, ${percent}%)` }}
      />
    </div>
  );
}
