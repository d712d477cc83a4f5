import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type Judged,
  type Lane,
  marks,
  reach,
  type SpanName,
  SPANS,
  sums,
  ticks,
} from "@/schedules/simulation";
import { cx } from "@/ui/cx";
import { Field, Select } from "@/ui/field";

interface TimelineProps {
  all: readonly Judged[];
  /** The instant that is looked at, in ms. */
  now: number;
  tz: string;
}

/** Each snapshot as a mark in the lane of what keeps it; the table says the same in words. */
export function Timeline({ all, now, tz }: TimelineProps) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<SpanName>("all");
  const [from, to] = reach(all, span, now);
  const { kept, goes } = sums(all);
  return (
    <div className="flex flex-col gap-2">
      <Field label={t("schedules.sim.span")} className="flex-row items-center gap-2">
        {(parts) => (
          <Select
            {...parts}
            className="w-44"
            value={span}
            onChange={(event) => setSpan(event.target.value as SpanName)}
          >
            {(Object.keys(SPANS) as SpanName[]).map((one) => (
              <option key={one} value={one}>
                {t(`schedules.sim.spans.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <div role="img" aria-label={t("schedules.sim.timeline", { kept, goes })}>
        {marks(all, from, to).map(([lane, places]) => (
          <LaneRow key={lane} lane={lane} places={places} />
        ))}
        <Axis from={from} to={to} tz={tz} />
      </div>
    </div>
  );
}

const ROW = "grid grid-cols-[6.5rem_1fr] items-center gap-2";

function LaneRow({ lane, places }: { lane: Lane; places: number[] }) {
  const { t } = useTranslation();
  const isGoing = lane === "goes";
  return (
    <div className={cx(ROW, "h-8", isGoing && "border-strong mt-1 border-t border-dashed")}>
      <span className={cx("text-xs", isGoing ? "text-bad font-semibold" : "text-muted")}>
        {t(`schedules.sim.lane.${lane}`)}
      </span>
      <span className="bg-page relative block h-5 rounded">
        {places.map((place) => (
          <span
            key={place}
            className={cx(
              "absolute inset-y-0.5 w-[3px] -translate-x-1/2 rounded-full",
              isGoing ? "bg-bad" : "bg-accent",
            )}
            style={{ left: `${place}%` }}
          />
        ))}
      </span>
    </div>
  );
}

function Axis({ from, to, tz }: { from: number; to: number; tz: string }) {
  return (
    <div className={cx(ROW, "h-6")}>
      <span />
      <span className="text-muted relative block h-4 overflow-hidden text-[0.6875rem]">
        {ticks(from, to).map((tick) => (
          <span
            key={tick}
            className="border-strong absolute border-l pl-1 whitespace-nowrap"
            style={{ left: `${((tick - from) / (to - from)) * 100}%` }}
          >
            {tickText(tick, to - from, tz)}
          </span>
        ))}
      </span>
    </div>
  );
}

const DAY_MS = 86_400_000;

/** As exact as the reach of the timeline asks for. */
function tickText(at: number, reachMs: number, timeZone: string): string {
  const options: Intl.DateTimeFormatOptions =
    reachMs < 3 * DAY_MS
      ? { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
      : reachMs < 300 * DAY_MS
        ? { day: "numeric", month: "short" }
        : { month: "short", year: "numeric" };
  return new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at);
}
