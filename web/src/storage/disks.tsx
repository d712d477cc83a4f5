import { HardDrive } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { bytes } from "@/format/bytes";
import { duration } from "@/format/time";
import { Freshness, RefreshButton, RowJobs } from "@/inventory/table";
import { isHot, smartTone } from "@/storage/health";
import { type Disk, useWhole } from "@/storage/rows";
import { Badge } from "@/ui/badge";
import { cx } from "@/ui/cx";
import { Card } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Empty, Failed, Loading } from "@/ui/states";

const COLUMNS = ["disk", "size", "use", "health", "temperature", "hours", "jobs"] as const;
const HOUR_S = 3600;

/** Every disk of the machine: what it is, what it is used for, what it says of itself. */
export function Disks() {
  const { t } = useTranslation();
  const disks = useWhole("disks");
  return (
    <Card
      flush
      title={t("storage.parts.disks")}
      actions={
        <div className="flex items-center gap-2">
          {disks.data && <Freshness rows={disks.data} />}
          <RefreshButton name="storage/disks" />
        </div>
      }
    >
      {disks.isPending && <Loading />}
      {disks.isError && <Failed problem={disks.error} retry={() => void disks.refetch()} />}
      {disks.data?.items.length === 0 && <NoDisks />}
      {disks.data && disks.data.items.length > 0 && (
        <SimpleTable
          label={t("storage.parts.disks")}
          columns={COLUMNS.map((column) => t(`storage.disk.columns.${column}`))}
          rows={disks.data.items.map((disk) => ({
            key: `${disk.node} ${disk.key}`,
            cells: cellsOf(disk),
          }))}
        />
      )}
    </Card>
  );
}

function NoDisks() {
  const { t } = useTranslation();
  return (
    <Empty icon={HardDrive} title={t("storage.disk.none")}>
      {t("storage.disk.noneHint")}
    </Empty>
  );
}

function cellsOf(disk: Disk) {
  const { temperature_c: celsius, power_on_hours: hours } = disk.smart;
  return [
    <Identity disk={disk} />,
    <span className="whitespace-nowrap">{bytes(disk.size_bytes)}</span>,
    <Use disk={disk} />,
    <Smart disk={disk} />,
    <span className={cx("whitespace-nowrap", isHot(disk) && "text-warn font-semibold")}>
      {celsius === null ? "–" : `${celsius} °C`}
    </span>,
    <span className="whitespace-nowrap">{hours === null ? "–" : duration(hours * HOUR_S)}</span>,
    <RowJobs table="storage/disks" row={disk} />,
  ];
}

function Identity({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  const kind = disk.transport === "nvme" ? "nvme" : disk.is_rotational ? "hdd" : "ssd";
  return (
    <div>
      <span className="font-medium break-all">{disk.device}</span>{" "}
      <Badge>{t(`storage.disk.kind.${kind}`)}</Badge>
      <span className="text-muted block text-xs break-all">
        {[disk.model, disk.serial, disk.path].filter(Boolean).join(" · ")}
      </span>
    </div>
  );
}

function Use({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  if (disk.pool !== null) {
    return (
      <Link to="/storage" className="text-accent hover:underline">
        {disk.pool}
      </Link>
    );
  }
  const uses = [...disk.in_use, ...disk.holds];
  if (uses.length > 0) return <span className="text-xs">{uses.join(", ")}</span>;
  return <Badge tone="ok">{t("storage.disk.free")}</Badge>;
}

function Smart({ disk }: { disk: Disk }) {
  const { t } = useTranslation();
  return (
    <div>
      <Badge tone={smartTone(disk)}>{t(`storage.disk.health.${disk.smart.health}`)}</Badge>
      {disk.smart.reason && (
        <span className="text-muted block max-w-60 text-xs">{disk.smart.reason}</span>
      )}
    </div>
  );
}
