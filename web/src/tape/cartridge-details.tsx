import { useTranslation } from "react-i18next";

import { bytes } from "@/format/bytes";
import { Facts, Fitting, protection } from "@/tape/facts";
import { JobLine } from "@/tape/job-line";
import { JobsList } from "@/tape/jobs-menu";
import { MediaState, stateName } from "@/tape/media-state";
import { Meter } from "@/tape/meter";
import { whereOf } from "@/tape/names";
import type { Known } from "@/inventory/fitting";
import type { MediaRow } from "@/tape/rows";
import { When } from "@/ui/when";

/** All that is known of a cartridge, and the jobs that fit. */
export function CartridgeDetails({ media }: { media: MediaRow }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts
        facts={[
          [t("tape.fact.state"), <MediaState state={stateName(media.state, media.kind)} />],
          [t("tape.fact.kind"), t(`tape.kind.${media.kind}`)],
          [t("tape.fact.reason"), media.reason],
          [t("tape.fact.where"), whereOf(media)],
          [t("tape.fact.pool"), media.pool],
          [t("tape.fact.vault"), media.vault],
          [t("tape.fact.kept"), <KeptUntil media={media} />],
          [t("tape.fact.lastWrite"), <When at={media.last_write_at} />],
          [t("tape.fact.protection"), protection(media.is_write_protected)],
          [
            t("tape.fact.encryption"),
            media.encryption && t(`tape.encryptionOf.${media.encryption}`),
          ],
          [t("tape.fact.errors"), <Errors media={media} />],
          [t("tape.fact.set"), media.set_id],
        ]}
      />
      <div className="mt-3">
        <Used media={media} />
      </div>
      {media.is_duplicate && <p className="text-bad mt-3">{t("tape.duplicate")}</p>}
      {media.job && (
        <div className="mt-3">
          <span className="text-muted text-xs">{t("tape.usedBy")}</span>
          <JobLine job={media.job} />
        </div>
      )}
      <Fitting>
        <JobsList table="tape/media" kind={media.kind} known={knownOf(media)} />
      </Fitting>
    </>
  );
}

/** What jobs for a cartridge need not ask for. */
export function knownOf(media: MediaRow): Known {
  const { barcode, library, pool } = media;
  return { "tape/media": barcode, "tape/libraries": library, "tape/pools": pool };
}

export function KeptUntil({ media }: { media: MediaRow }) {
  const { t } = useTranslation();
  if (media.set_id === null) return <span className="text-muted">–</span>;
  if (media.kept_until === null) return <>{t("tape.forEver")}</>;
  return <When at={media.kept_until} />;
}

/** Used of how much, with a bar where both are known. */
export function Used({ media }: { media: MediaRow }) {
  const { t } = useTranslation();
  const { used_bytes: used, capacity_bytes: size, barcode } = media;
  if (media.kind === "cleaning" || used === null) return <span className="text-muted">–</span>;
  if (size === null) return <>{bytes(used)}</>;
  return (
    <div className="flex flex-col gap-1 text-xs">
      {t("tape.usedOf", { used: bytes(used), size: bytes(size) })}
      <Meter value={used} of={size} label={t("tape.fillOf", { barcode })} />
    </div>
  );
}

function Errors({ media }: { media: MediaRow }) {
  const { t } = useTranslation();
  const { read_errors: read, write_errors: write } = media;
  if (read === null || write === null) return <span className="text-muted">–</span>;
  const text = t("tape.errorCount", { read, write });
  return read + write > 0 ? <span className="text-bad">{text}</span> : <>{text}</>;
}
