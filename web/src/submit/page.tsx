import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { JobTypeInfo } from "@/api/types";
import { title as titled } from "@/format/words";
import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { choicesFor } from "@/submit/choosing";
import { Badge } from "@/ui/badge";
import { Input } from "@/ui/field";
import { Card, Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** Which job to start: every type this person may start, by subsystem. */
export function SubmitPage() {
  const { t } = useTranslation();
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  const [sought, setSought] = useState("");
  if (types.isPending) return <Loading />;
  if (types.isError) return <Failed problem={types.error} retry={() => void types.refetch()} />;
  const groups = choicesFor(types.data, sought, may);
  return (
    <Page title={t("jobs.start")}>
      <Input
        type="search"
        aria-label={t("submit.search")}
        placeholder={t("submit.search")}
        className="max-w-md"
        value={sought}
        onChange={(event) => setSought(event.target.value)}
      />
      {groups.length === 0 && <Empty title={t("submit.none")}>{t("submit.noneHint")}</Empty>}
      <div className="grid gap-4 xl:grid-cols-2">
        {groups.map(([subsystem, own]) => (
          <Card key={subsystem} flush title={titled(subsystem)}>
            <ul className="divide-line divide-y">
              {own.map((one) => (
                <TypeItem key={one.name} type={one} />
              ))}
            </ul>
          </Card>
        ))}
      </div>
    </Page>
  );
}

function TypeItem({ type }: { type: JobTypeInfo }) {
  const { t } = useTranslation();
  return (
    <li>
      <Link
        to={`/jobs/new/${type.name}`}
        className="hover:bg-page flex items-center gap-3 px-4 py-2"
      >
        <span className="min-w-0 grow">
          <span className="font-medium">{type.title}</span>
          <span className="text-muted block text-xs">{type.name}</span>
        </span>
        {type.destructive && <Badge tone="bad">{t("submit.destructive")}</Badge>}
      </Link>
    </li>
  );
}
