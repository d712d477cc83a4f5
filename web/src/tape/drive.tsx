import { Lock, LockKeyhole, Sparkles, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { JobLine } from "@/tape/job-line";
import type { Cell } from "@/tape/model";
import { Place } from "@/tape/place";
import type { DriveRow } from "@/tape/rows";
import { useShow } from "@/tape/show";
import { Badge, type Tone } from "@/ui/badge";

const TONES: Record<DriveRow["state"], Tone> = {
  empty: "plain",
  loaded: "ok",
  not_ready: "warn",
  busy: "info",
  cleaning: "info",
  offline: "bad",
};

export function DriveState({ state }: { state: DriveRow["state"] }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state]}>{t(`tape.driveState.${state}`)}</Badge>;
}

/** A drive in its library: what is in it, where the tape stands, what it complains about. */
export function DriveBay({ cell }: { cell: Cell }) {
  const { t } = useTranslation();
  const { drive } = cell;
  return (
    <Place cell={cell}>
      <div className="flex min-w-0 items-center gap-2">
        <span className="text-muted text-xs whitespace-nowrap">
          {t("tape.drive", { number: cell.number })}
        </span>
        {drive === null ? (
          <span className="text-warn text-xs">{t("tape.driveUnknown")}</span>
        ) : (
          <>
            <DriveName drive={drive} />
            <DriveState state={drive.state} />
          </>
        )}
      </div>
      {drive && <DriveSigns drive={drive} />}
      {drive?.job && <JobLine job={drive.job} />}
    </Place>
  );
}

export function DriveName({ drive }: { drive: DriveRow }) {
  const show = useShow();
  return (
    <button
      type="button"
      className="min-h-6 min-w-0 grow truncate text-left font-semibold hover:underline"
      onClick={() => show.open(`drive:${drive.serial}`)}
    >
      {drive.serial}
    </button>
  );
}

/** What a drive says of itself beside its state. */
export function DriveSigns({ drive }: { drive: DriveRow }) {
  const { t } = useTranslation();
  const position = usePosition(drive);
  return (
    <div className="flex flex-wrap items-center gap-1 text-xs">
      {position && <span className="text-muted mr-1">{position}</span>}
      {drive.is_write_protected && (
        <Badge>
          <Lock aria-hidden /> {t("tape.protected")}
        </Badge>
      )}
      {drive.is_encrypting && (
        <Badge tone="ok">
          <LockKeyhole aria-hidden /> {t("tape.encrypting")}
        </Badge>
      )}
      {drive.is_cleaning_needed && (
        <Badge tone="warn">
          <Sparkles aria-hidden /> {t("tape.cleaningNeeded")}
        </Badge>
      )}
      {drive.tape_alerts.map((alert) => (
        <Badge key={alert.number} tone="warn">
          <TriangleAlert aria-hidden /> {t("tape.alert", alert)}
        </Badge>
      ))}
      {drive.reason && <span className="text-warn basis-full">{drive.reason}</span>}
    </div>
  );
}

/** Where the tape stands: "File 3, block 0 · at a file mark". */
export function usePosition(drive: DriveRow): string | null {
  const { t } = useTranslation();
  const { file, block } = drive;
  const known = file === null || block === null ? null : t("tape.at", { file, block });
  const where = [
    drive.is_at_start && t("tape.atStart"),
    drive.is_at_mark && t("tape.atMark"),
    drive.is_at_end && !drive.is_at_start && t("tape.atEnd"),
  ];
  return [known, ...where].filter(Boolean).join(" · ") || null;
}
