import { useTranslation } from "react-i18next";

import { ProgressBar } from "@/jobs/progress";
import { deviceTone, errorsOf } from "@/storage/health";
import type { Device, Pool, Role } from "@/storage/rows";
import { StartMenu } from "@/jobs/starting";
import {
  deviceJobs,
  type Doing,
  doingOf,
  groupsOf,
  kindOf,
  missingOf,
  type Vdev,
} from "@/storage/vdevs";
import { Badge } from "@/ui/badge";

const COLUMNS = ["device", "state", "read", "write", "checksum", "doing", "jobs"] as const;
const COUNTS = ["read_errors", "write_errors", "checksum_errors"] as const;

/** The devices of a pool, by what they are for and by vdev. */
export function Vdevs({ pool }: { pool: Pool }) {
  const { t } = useTranslation();
  const label = t("storage.vdev.of", { pool: pool.name });
  if (pool.devices.length === 0)
    return <p className="text-muted border-line border-t px-4 py-3">{t("storage.vdev.none")}</p>;
  return (
    // What is wider than a phone scrolls in itself, by keyboard too.
    <div
      className="border-line overflow-x-auto border-t"
      role="group"
      aria-label={label}
      tabIndex={0}
    >
      <table className="w-full min-w-160" aria-label={label}>
        <thead className="text-muted text-left text-xs">
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className="px-4 py-2 font-medium">
                {t(`storage.vdev.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        {groupsOf(pool.devices).flatMap(({ role, vdevs }) =>
          vdevs.map((vdev) => (
            <VdevRows key={`${role} ${vdev.name}`} pool={pool} role={role} vdev={vdev} />
          )),
        )}
      </table>
    </div>
  );
}

interface VdevProps {
  pool: Pool;
  role: Role;
  vdev: Vdev;
}

function VdevRows({ pool, role, vdev }: VdevProps) {
  const { t } = useTranslation();
  const missing = missingOf(vdev);
  return (
    <tbody>
      <tr className="bg-page border-line border-t">
        <th scope="rowgroup" colSpan={COLUMNS.length} className="px-4 py-1.5 text-left font-medium">
          <span className="text-muted font-normal">{t(`storage.role.${role}`)}</span>{" "}
          {vdev.name ?? (role === "data" && kindOf(vdev))}{" "}
          {missing > 0 && vdev.devices.length > 1 && (
            <Badge tone="warn">
              {t("storage.vdev.missing", { count: missing, of: vdev.devices.length })}
            </Badge>
          )}
        </th>
      </tr>
      {vdev.devices.map((device) => (
        <DeviceRow key={device.name} pool={pool} vdev={vdev} device={device} />
      ))}
    </tbody>
  );
}

interface DeviceProps {
  pool: Pool;
  vdev: Vdev;
  device: Device;
}

function DeviceRow({ pool, vdev, device }: DeviceProps) {
  return (
    <tr className="border-line hover:bg-page border-t">
      <th scope="row" className="px-4 py-1.5 pl-8 text-left font-normal break-all">
        {device.name}
        {device.note && <span className="text-muted block text-xs">{device.note}</span>}
      </th>
      <td className="px-4 py-1.5">
        <Badge tone={deviceTone(device)}>{device.state}</Badge>
      </td>
      {COUNTS.map((count) => (
        <td key={count} className="px-4 py-1.5">
          {errorsOf(device) > 0 && device[count] > 0 ? (
            <b className="text-bad">{device[count]}</b>
          ) : (
            device[count]
          )}
        </td>
      ))}
      <td className="px-4 py-1.5">
        {doingOf(device).map((doing) => (
          <DoingLine key={doing.what} doing={doing} />
        ))}
      </td>
      <td className="px-4 py-1.5 text-right">
        <StartMenu of={device.name} starts={deviceJobs(pool, vdev, device)} />
      </td>
    </tr>
  );
}

function DoingLine({ doing }: { doing: Doing }) {
  const { t } = useTranslation();
  const what = t(`storage.doing.${doing.what}`);
  const said = doing.isPaused ? t("storage.doing.paused", { what }) : what;
  if (doing.percent === null) return <Badge tone="info">{said}</Badge>;
  return (
    <div className="flex min-w-32 flex-col gap-1 text-xs">
      {said} · {doing.percent.toFixed(0)} %
      <ProgressBar percent={doing.percent} label={what} />
    </div>
  );
}
