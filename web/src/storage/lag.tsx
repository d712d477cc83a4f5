import { useTranslation } from "react-i18next";

import { type Lag, lagOf, lagSince, type Link } from "@/storage/replicating";
import { shortName, useWhole } from "@/storage/rows";
import { Badge } from "@/ui/badge";
import { Failed } from "@/ui/states";
import { When } from "@/ui/when";

/** How far the target is behind; of a source on another machine nothing is known here. */
export function LagLine({ link }: { link: Link }) {
  const { t } = useTranslation();
  if (link.direction === "pull")
    return <p className="text-muted">{t("storage.replication.farSource")}</p>;
  return <KnownLag link={link} />;
}

function KnownLag({ link }: { link: Link }) {
  const node: Record<string, string> = link.node === null ? {} : { node: link.node };
  const source = useWhole("snapshots", { dataset: link.source, ...node });
  const target = useWhole("snapshots", { dataset: link.target, ...node });
  const problem = source.error ?? target.error;
  if (problem) return <Failed problem={problem} />;
  if (!source.data || !target.data) return null;
  const lag =
    link.direction === "push"
      ? lagSince(source.data.items, link.success)
      : lagOf(source.data.items, target.data.items);
  return <LagSaid lag={lag} isSuccess={link.success !== null} />;
}

function LagSaid({ lag, isSuccess }: { lag: Lag | null; isSuccess: boolean }) {
  const { t } = useTranslation();
  if (lag === null) return <p className="text-muted">{t("storage.replication.noSnapshots")}</p>;
  const { common, newest, missing } = lag;
  if (common === null) {
    return (
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="bad">
          {t(isSuccess ? "storage.replication.apart" : "storage.replication.never")}
        </Badge>
        {t("storage.replication.missing", { count: missing })}
      </p>
    );
  }
  if (missing === 0) {
    return (
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone="ok">{t("storage.replication.upToDate")}</Badge>
        {shortName(newest.key)}
        <span className="text-muted">
          <When at={newest.created_at} />
        </span>
      </p>
    );
  }
  return (
    <p className="flex flex-wrap items-center gap-2">
      <Badge tone="warn">{t("storage.replication.behind", { count: missing })}</Badge>
      <span>
        {t("storage.replication.common", { name: shortName(common.key) })}{" "}
        <When at={common.created_at} />
      </span>
    </p>
  );
}
