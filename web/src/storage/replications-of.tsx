import { useTranslation } from "react-i18next";

import { covers, replicationScope } from "@/storage/covering";
import { LinkCard } from "@/storage/link-card";
import { useLinks } from "@/storage/links";
import type { Link } from "@/storage/replicating";
import { isWithin } from "@/storage/rows";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";

/** The replications that take a dataset elsewhere, or that write it. */
export function ReplicationsOf({ dataset }: { dataset: string }) {
  const { t } = useTranslation();
  const { links, error } = useLinks();
  const own = links.filter((link) => isAbout(link, dataset));
  if (error) return <Failed problem={error} />;
  if (own.length === 0) {
    return (
      <Card title={t("storage.parts.replication")}>
        <p className="text-muted">{t("storage.replication.noneOf")}</p>
      </Card>
    );
  }
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      {own.map((link) => (
        <LinkCard key={link.id} link={link} />
      ))}
    </div>
  );
}

function isAbout(link: Link, dataset: string): boolean {
  const scope = replicationScope(link.params);
  if (scope !== null && covers(scope, dataset)) return true;
  return link.direction !== "push" && isWithin(dataset, link.target);
}
