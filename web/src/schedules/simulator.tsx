import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schedule } from "@/api/types";
import { bytes } from "@/format/bytes";
import type { RowFilters } from "@/inventory/queries";
import type { Policy } from "@/schedules/policy";
import { PolicyFields } from "@/schedules/policy-fields";
import { type Tried, useRetentionPreview } from "@/schedules/retention-preview";
import { judged, type Judged, sums } from "@/schedules/simulation";
import { useSnapshots } from "@/schedules/snapshots";
import { Timeline } from "@/schedules/timeline";
import { VerdictTable } from "@/schedules/verdict-table";
import { ZoneField } from "@/schedules/zone-field";
import { isZone } from "@/schedules/zones";
import { Field, Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

const DAY_MS = 86_400_000;
const FURTHEST_DAYS = 730;

interface SimulatorProps {
  start: Policy | null;
  tz: string;
  /** Whose snapshots; else all of a dataset, as if one schedule had taken them. */
  schedule?: Schedule;
  dataset?: string;
}

/** Tries a policy on the snapshots that are there, now or at a later day. */
export function Simulator({ start, tz: startTz, schedule, dataset = "" }: SimulatorProps) {
  const { t } = useTranslation();
  const [policy, setPolicy] = useState(start);
  const [tz, setTz] = useState(startTz);
  const [opened] = useState(() => Date.now());
  const [days, setDays] = useState(0);
  const now = opened + days * DAY_MS;
  const later = days > 0 ? { now: new Date(now).toISOString() } : {};
  const tried: Tried | null = isZone(tz)
    ? { policy, tz, ...later, ...(schedule ? { schedule: schedule.id } : { dataset }) }
    : null;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[21rem_1fr]">
      <Card title={t("schedules.policy.title")}>
        <div className="flex flex-col gap-4">
          <p className="text-muted">{t("schedules.sim.what")}</p>
          <PolicyFields value={policy} onChange={setPolicy} />
          {!schedule && <ZoneField value={tz} onChange={setTz} />}
          <Ahead days={days} now={now} opened={opened} onChange={setDays} />
        </div>
      </Card>
      <Outcome
        tried={tried}
        now={now}
        tz={isZone(tz) ? tz : "UTC"}
        filters={schedule ? filtersOf(schedule) : { dataset }}
        said={t(schedule ? "schedules.sim.ofSchedule" : "schedules.sim.ofDataset")}
      />
    </div>
  );
}

/** Where the snapshots of a schedule are: in its dataset, or somewhere below, in its pool. */
function filtersOf({ params }: Schedule): RowFilters {
  const dataset = typeof params.dataset === "string" ? params.dataset : "";
  if (params.recursive !== true) return { dataset };
  return { pool: dataset.split("/")[0] ?? dataset };
}

interface AheadProps {
  days: number;
  now: number;
  opened: number;
  onChange: (days: number) => void;
}

/** The instant to judge at: by a slider, and as a date. */
function Ahead({ days, now, opened, onChange }: AheadProps) {
  const { t } = useTranslation();
  const set = (next: number) =>
    onChange(Math.min(FURTHEST_DAYS, Math.max(0, Math.round(next) || 0)));
  const said =
    days === 0 ? t("schedules.sim.aheadNow") : t("schedules.sim.aheadDays", { count: days });
  return (
    <div className="flex flex-wrap items-end gap-4">
      <Field label={t("schedules.sim.ahead")} help={said} className="min-w-48 grow">
        {({ id, describedBy }) => (
          <input
            id={id}
            type="range"
            aria-describedby={describedBy}
            aria-valuetext={said}
            min={0}
            max={FURTHEST_DAYS}
            className="accent-accent h-6 w-full"
            value={days}
            onChange={(event) => set(Number(event.target.value))}
          />
        )}
      </Field>
      <Field label={t("schedules.sim.at")}>
        {(parts) => (
          <Input
            {...parts}
            type="date"
            className="w-40"
            min={dayOf(opened)}
            max={dayOf(opened + FURTHEST_DAYS * DAY_MS)}
            value={dayOf(now)}
            onChange={(event) =>
              set((Date.parse(event.target.value) - Date.parse(dayOf(opened))) / DAY_MS)
            }
          />
        )}
      </Field>
    </div>
  );
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

interface OutcomeProps {
  tried: Tried | null;
  now: number;
  tz: string;
  filters: RowFilters;
  said: string;
}

function Outcome({ tried, now, tz, filters, said }: OutcomeProps) {
  const { t } = useTranslation();
  const preview = useRetentionPreview(tried);
  const snapshots = useSnapshots(filters);
  if (preview.isError)
    return <Failed problem={preview.error} retry={() => void preview.refetch()} />;
  if (snapshots.isError)
    return <Failed problem={snapshots.error} retry={() => void snapshots.refetch()} />;
  if (preview.data === undefined || snapshots.data === undefined) return <Loading />;
  const all = judged(preview.data.items, snapshots.data);
  if (all.length === 0) return <NoSnapshots name={filters.dataset ?? filters.pool ?? ""} />;
  return (
    <div className="flex min-w-0 flex-col gap-4" aria-busy={!preview.isUpToDate}>
      <Card>
        <Counts all={all} />
        <p className="text-muted mt-2 text-xs">
          {said}{" "}
          {preview.data.observed_at && (
            <>
              {t("schedules.going.seen")} <When at={preview.data.observed_at} />
            </>
          )}
        </p>
        <div className="mt-4">
          <Timeline all={all} now={now} tz={tz} />
        </div>
      </Card>
      <VerdictTable all={all} tz={tz} />
    </div>
  );
}

function NoSnapshots({ name }: { name: string }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Empty title={t("schedules.sim.noSnapshots", { dataset: name })}>
        {t("schedules.sim.noSnapshotsHint")}
      </Empty>
    </Card>
  );
}

function Counts({ all }: { all: Judged[] }) {
  const { t } = useTranslation();
  const { kept, goes, freedBytes } = sums(all);
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2" aria-live="polite">
      <Figure name={t("schedules.sim.kept")} value={String(kept)} look="text-accent" />
      <Figure name={t("schedules.sim.goes")} value={String(goes)} look={goes ? "text-bad" : ""} />
      <Figure
        name={t("schedules.sim.frees")}
        value={bytes(freedBytes)}
        look=""
        help={t("schedules.sim.freesHelp")}
      />
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: string;
  look: string;
  help?: string;
}

function Figure({ name, value, look, help }: FigureProps) {
  return (
    <div className="max-w-72">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className={`text-2xl font-semibold ${look}`}>{value}</dd>
      {help !== undefined && <dd className="text-muted text-xs">{help}</dd>}
    </div>
  );
}
