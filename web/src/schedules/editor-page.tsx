import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { draftOf, emptyDraft } from "@/schedules/draft";
import { Editor } from "@/schedules/editor";
import { scheduleQuery, type Seen } from "@/schedules/queries";
import { ownZone } from "@/schedules/zones";
import { Page } from "@/ui/page";
import { Failed, Loading } from "@/ui/states";

export function NewSchedulePage() {
  const { t } = useTranslation();
  const [start] = useState(() => emptyDraft(ownZone()));
  return (
    <Page title={t("schedules.editor.newTitle")}>
      <Editor seen={null} start={start} />
    </Page>
  );
}

export function EditSchedulePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const found = useQuery({ ...scheduleQuery(id), staleTime: 0 });
  if (!found.isFetchedAfterMount) return <Loading />; // a form is never made of an old copy
  if (found.data === undefined) {
    return (
      <Page title={t("schedules.editor.newTitle")}>
        <Failed problem={found.error} retry={() => void found.refetch()} />
      </Page>
    );
  }
  return <Opened key={id} found={found.data} />;
}

/** As it was when it was opened: what others do meanwhile shows when it is saved. */
function Opened({ found }: { found: Seen }) {
  const { t } = useTranslation();
  const [seen] = useState(found);
  const [start] = useState(() => draftOf(found.schedule));
  return (
    <Page title={t("schedules.editor.editTitle", { name: seen.schedule.name })}>
      <Editor seen={seen} start={start} />
    </Page>
  );
}
