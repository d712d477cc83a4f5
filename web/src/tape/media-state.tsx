import {
  CircleDashed,
  CircleHelp,
  CirclePlus,
  Disc,
  Hourglass,
  type LucideIcon,
  Sparkles,
  TriangleAlert,
} from "lucide-react";
import { useTranslation } from "react-i18next";

import { Badge, type Tone } from "@/ui/badge";

export const MEDIA_STATES = [
  "scratch",
  "open",
  "full",
  "expired",
  "foreign",
  "damaged",
  "cleaning",
  "unknown",
] as const;

export type MediaStateName = (typeof MEDIA_STATES)[number];

const LOOKS: Record<MediaStateName, { tone: Tone; icon: LucideIcon; bar: string }> = {
  scratch: { tone: "plain", icon: CircleDashed, bar: "bg-strong" },
  open: { tone: "info", icon: CirclePlus, bar: "bg-info" },
  full: { tone: "ok", icon: Disc, bar: "bg-ok" },
  expired: { tone: "warn", icon: Hourglass, bar: "bg-warn" },
  foreign: { tone: "warn", icon: CircleHelp, bar: "bg-warn/60" },
  damaged: { tone: "bad", icon: TriangleAlert, bar: "bg-bad" },
  cleaning: { tone: "info", icon: Sparkles, bar: "bg-info/60" },
  unknown: { tone: "plain", icon: CircleHelp, bar: "bg-line" },
};

/** What a row says of a cartridge's state, or that it is not on record. */
export function stateName(state: string | null | undefined, kind?: string): MediaStateName {
  if (kind === "cleaning") return "cleaning";
  return MEDIA_STATES.find((one) => one === state) ?? "unknown";
}

export function barOf(state: MediaStateName): string {
  return LOOKS[state].bar;
}

/** A cartridge's state: an icon and a word in a colour. */
export function MediaState({ state, count }: { state: MediaStateName; count?: number }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = LOOKS[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden /> {t(`tape.state.${state}`)}
      {count !== undefined && ` ${count}`}
    </Badge>
  );
}
