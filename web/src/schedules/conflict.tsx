import { useTranslation } from "react-i18next";

import { type Draft, type DraftField, differences } from "@/schedules/draft";
import { inWords } from "@/schedules/in-words";
import { policyInWords } from "@/schedules/policy";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Json } from "@/ui/json";
import { SimpleTable } from "@/ui/simple-table";

interface ConflictProps {
  by: string;
  theirs: Draft;
  mine: Draft;
  onTheirs: () => void;
  onMine: () => void;
}

/** Somebody else was first: what is theirs and what is yours, side by side, and a choice. */
export function Conflict({ by, theirs, mine, onTheirs, onMine }: ConflictProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      firm
      wide
      open
      onOpenChange={() => undefined}
      title={t("schedules.editor.conflictTitle", { by })}
      description={t("schedules.editor.conflictWhat")}
      actions={
        <>
          <Button onClick={onTheirs}>{t("schedules.editor.takeTheirs")}</Button>
          <Button look="primary" onClick={onMine}>
            {t("schedules.editor.keepMine")}
          </Button>
        </>
      }
    >
      <Differences theirs={theirs} mine={mine} />
      <p className="text-muted mt-2 text-xs">{t("schedules.editor.keepMineHint")}</p>
    </Dialog>
  );
}

function Differences({ theirs, mine }: { theirs: Draft; mine: Draft }) {
  const { t } = useTranslation();
  const rows = differences(theirs, mine).map((field) => ({
    key: field,
    cells: [
      t(`schedules.editor.fields.${field}`),
      <Shown field={field} draft={theirs} />,
      <Shown field={field} draft={mine} />,
    ],
  }));
  return (
    <SimpleTable
      label={t("schedules.editor.conflictWhat")}
      columns={[
        t("schedules.editor.field"),
        t("schedules.editor.theirs"),
        t("schedules.editor.mine"),
      ]}
      rows={rows}
    />
  );
}

function Shown({ field, draft }: { field: DraftField; draft: Draft }) {
  if (field === "retention") return <>{policyInWords(draft.retention)}</>;
  if (field === "cron") {
    return (
      <>
        {inWords(draft.cron)} <code className="text-muted text-xs">{draft.cron}</code>
      </>
    );
  }
  return <Json value={draft[field]} />;
}
