import { FolderSearch } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { Browser } from "@/backup/browser";
import { type Chosen, toggled } from "@/backup/choosing";
import { askedOf, restoreParams, type Source, sourceOf } from "@/backup/source";
import { SourceForm } from "@/backup/source-form";
import { useMay } from "@/session/session";
import { Button, buttonLook } from "@/ui/button";
import { Card, Page } from "@/ui/page";
import { Empty } from "@/ui/states";

/** Three steps: from which backup, which files, and then the restore's own form for where to. */
export function RestorePage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const source = sourceOf(search);
  const asked = askedOf(source);
  const [chosen, setChosen] = useState<Chosen>([]);
  const change = (next: Source) => {
    setChosen([]); // paths of another backup may not be in this one
    setSearch(Object.entries(next).filter(([, value]) => value !== ""));
  };
  return (
    <Page title={t("backup.restoreTitle")}>
      <Card title={t("backup.step.source")}>
        <SourceForm source={source} onChange={change} />
      </Card>
      <Card flush title={t("backup.step.files")}>
        {asked === null ? (
          <Empty icon={FolderSearch} title={t("backup.noSource")} />
        ) : (
          <Browser
            key={JSON.stringify(asked)}
            asked={asked}
            client={source.client}
            chosen={chosen}
            onToggle={(path) => setChosen(toggled(chosen, path))}
          />
        )}
      </Card>
      <Card title={t("backup.step.where")}>
        <Basket source={source} chosen={chosen} onChange={setChosen} />
      </Card>
    </Page>
  );
}

interface BasketProps {
  source: Source;
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
}

/** What was chosen, and the way on. */
function Basket({ source, chosen, onChange }: BasketProps) {
  const { t } = useTranslation();
  const may = useMay();
  if (chosen.length === 0) return <p className="text-muted">{t("backup.nothingChosen")}</p>;
  return (
    <div className="flex flex-col gap-3">
      <ul aria-label={t("backup.chosen")} className="flex flex-wrap gap-2">
        {chosen.map((path) => (
          <li key={path}>
            <Button
              size="small"
              aria-label={t("backup.letGo", { path })}
              onClick={() => onChange(chosen.filter((one) => one !== path))}
            >
              <code>{path}</code> ×
            </Button>
          </li>
        ))}
      </ul>
      {may("jobs:submit") && (
        <div>
          <Link
            to="/jobs/new/backup.restore"
            state={{ params: restoreParams(source, chosen) }}
            className={buttonLook({ look: "primary" })}
          >
            {t("backup.goOn", { count: chosen.length })}
          </Link>
        </div>
      )}
    </div>
  );
}
