import { t as text } from "i18next";
import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { DriveState, usePosition } from "@/tape/drive";
import { Facts, Fitting, protection } from "@/tape/facts";
import { JobLine } from "@/tape/job-line";
import { JobsList } from "@/tape/jobs-menu";
import type { DriveRow } from "@/tape/rows";

/** All that is known of a drive, and the jobs that fit. */
export function DriveDetails({ drive }: { drive: DriveRow }) {
  const { t } = useTranslation();
  const position = usePosition(drive);
  const blocks = drive.block_bytes;
  return (
    <>
      <Facts
        facts={[
          [t("tape.fact.state"), <DriveState state={drive.state} />],
          [t("tape.fact.cartridge"), drive.barcode],
          [t("tape.fact.reason"), drive.reason],
          [
            t("tape.fact.source"),
            drive.source === null ? null : t("tape.place.slot", { number: drive.source }),
          ],
          [t("tape.fact.position"), position],
          [t("tape.fact.library"), drive.library],
          [t("tape.fact.protection"), protection(drive.is_write_protected)],
          [t("tape.fact.encryption"), encryption(drive.is_encrypting)],
          [
            t("tape.fact.blocks"),
            blocks === null ? null : blocks === 0 ? t("tape.anyBlocks") : bytes(blocks),
          ],
          [t("tape.fact.density"), drive.density],
          [t("tape.fact.model"), `${drive.vendor} ${drive.product} ${drive.revision}`],
          [t("tape.fact.device"), drive.device],
          [
            t("tape.fact.alerts"),
            drive.tape_alerts.map((alert) => t("tape.alert", alert)).join(", ") || null,
          ],
        ]}
      />
      {drive.job && (
        <div className="mt-3">
          <span className="text-muted text-xs">{t("tape.usedBy")}</span>
          <JobLine job={drive.job} />
        </div>
      )}
      <Fitting>
        <JobsList
          table="tape/drives"
          known={{
            "tape/drives": drive.serial,
            "tape/libraries": drive.library,
            "tape/media": drive.barcode,
          }}
        />
      </Fitting>
    </>
  );
}

function encryption(isEncrypting: boolean | null): string | null {
  return isEncrypting === null
    ? null
    : text(isEncrypting ? "tape.encrypting" : "tape.notEncrypting");
}
