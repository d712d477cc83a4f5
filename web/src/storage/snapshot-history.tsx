import { Camera } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schedule } from "@/api/types";
import { Freshness, RefreshButton } from "@/inventory/table";
import { useSchedules } from "@/schedules/queries";
import { useMay } from "@/session/session";
import { snapshotSchedules } from "@/storage/covering";
import { type Fate, fateOf, withPolicy } from "@/storage/fates";
import { AHEAD, type Ahead, useFates } from "@/storage/fates-query";
import { Keepers } from "@/storage/keepers";
import { type Dataset, type Snapshot, useWhole } from "@/storage/rows";
import { SnapshotTable } from "@/storage/snapshot-table";
import { Timeline } from "@/storage/timeline-view";
import { Select } from "@/ui/field";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** A snapshot and what becomes of it. */
export interface Foreseen {
  snapshot: Snapshot;
  fate: Fate;
}

/** The snapshots of a dataset on a line of time and in a table, with what becomes of each. */
export function SnapshotHistory({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const { key, node } = dataset;
  const snapshots = useWhole("snapshots", { dataset: key, node });
  return (
    <Card
      flush
      title={t("storage.snapshot.title")}
      actions={
        <div className="flex items-center gap-2">
          {snapshots.data && <Freshness rows={snapshots.data} />}
          <RefreshButton name="storage/snapshots" />
        </div>
      }
    >
      {snapshots.isPending && <Loading />}
      {snapshots.isError && (
        <Failed problem={snapshots.error} retry={() => void snapshots.refetch()} />
      )}
      {snapshots.data && <WithSchedules dataset={dataset} snapshots={snapshots.data.items} />}
    </Card>
  );
}

interface HistoryProps {
  dataset: Dataset;
  snapshots: readonly Snapshot[];
}

/** Who may not see schedules sees the snapshots all the same. */
function WithSchedules(props: HistoryProps) {
  const may = useMay();
  return may("schedules:read") ? (
    <WithKnownSchedules {...props} />
  ) : (
    <History {...props} schedules={null} />
  );
}

function WithKnownSchedules(props: HistoryProps) {
  const schedules = useSchedules();
  if (schedules.isPending) return <Loading />;
  if (schedules.isError) return <Failed problem={schedules.error} />;
  const { key, node } = props.dataset;
  return <History {...props} schedules={snapshotSchedules(schedules.data.items, key, node)} />;
}

interface KnownProps extends HistoryProps {
  /** Those that take snapshots of it; null: the person may not see them. */
  schedules: readonly Schedule[] | null;
}

function History({ dataset, snapshots, schedules }: KnownProps) {
  const { t } = useTranslation();
  const [ahead, setAhead] = useState<Ahead>("now");
  const policies = withPolicy(schedules ?? []);
  const fates = useFates(policies, ahead);
  const told = fates.data;
  const foreseen = useMemo(
    () =>
      snapshots
        .map((snapshot) => ({ snapshot, fate: fateOf(snapshot, told ?? new Map()) }))
        .toSorted((a, b) => b.snapshot.order - a.snapshot.order),
    [snapshots, told],
  );
  return (
    <>
      <div className="flex flex-col gap-3 p-4">
        {schedules && <Keepers schedules={schedules} />}
        {policies.length > 0 && <AheadSelect value={ahead} onChange={setAhead} />}
        {fates.isError && <Failed problem={fates.error} retry={() => void fates.refetch()} />}
        {foreseen.length > 0 && <Timeline foreseen={foreseen} />}
      </div>
      {foreseen.length === 0 ? (
        <Empty icon={Camera} title={t("storage.snapshot.none")}>
          {t("storage.snapshot.noneHint")}
        </Empty>
      ) : (
        <SnapshotTable dataset={dataset.key} foreseen={foreseen} schedules={schedules ?? []} />
      )}
    </>
  );
}

function AheadSelect({ value, onChange }: { value: Ahead; onChange: (ahead: Ahead) => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <label className="flex items-center gap-2">
        {t("storage.fate.asOf")}
        <Select
          className="w-auto"
          value={value}
          onChange={(event) => onChange(event.target.value as Ahead)}
        >
          {AHEAD.map((one) => (
            <option key={one} value={one}>
              {t(`storage.fate.ahead.${one}`)}
            </option>
          ))}
        </Select>
      </label>
      {value !== "now" && <p className="text-muted text-xs">{t("storage.fate.aheadHint")}</p>}
    </div>
  );
}
