import { Copy } from "lucide-react";
import { useTranslation } from "react-i18next";

import { useLinks } from "@/storage/links";
import { LinkCard } from "@/storage/link-card";
import { StartLink } from "@/jobs/starting";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every replication: how it stands, and what runs right now. */
export function Replication() {
  const { t } = useTranslation();
  const { links, isPending, error } = useLinks();
  if (isPending) return <Loading />;
  if (error) return <Failed problem={error} />;
  return (
    <div className="flex flex-col gap-4">
      <div>
        <StartLink type="storage.replication_run" params={{}} look="primary">
          {t("storage.replication.new")}
        </StartLink>
      </div>
      {links.length === 0 && (
        <Empty icon={Copy} title={t("storage.replication.none")}>
          {t("storage.replication.noneHint")}
        </Empty>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        {links.map((link) => (
          <LinkCard key={link.id} link={link} />
        ))}
      </div>
    </div>
  );
}
