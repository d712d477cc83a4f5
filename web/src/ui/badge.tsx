import type { ReactNode } from "react";

import { cx } from "@/ui/cx";

export type Tone = "ok" | "warn" | "bad" | "info" | "plain";

const TONES: Record<Tone, string> = {
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  plain: "bg-line/60 text-ink",
};

/** A word in a colour; the word says it, the colour only helps. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        "[&_svg]:size-3",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}
