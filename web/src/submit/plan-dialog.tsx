import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { JobTypeInfo, PlanAnswer } from "@/api/types";
import { nameToType } from "@/submit/plans";
import { quoted } from "@/submit/quoting";
import { schemaOf } from "@/submit/schemas";
import type { Looked } from "@/submit/submitting";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Failed } from "@/ui/states";

interface PlanDialogProps {
  type: JobTypeInfo;
  looked: Looked;
  problem: Error | null;
  pending: boolean;
  onClose: () => void;
  onGo: (looked: Looked) => void;
  onAgain: (looked: Looked) => void;
}

/** What a job would do. One that destroys goes on only when its object's name was typed. */
export function PlanDialog(props: PlanDialogProps) {
  const { type, looked, problem, pending, onClose, onGo, onAgain } = props;
  const { t } = useTranslation();
  // Typed for one plan, it does not count for the next.
  const [typed, setTyped] = useState({ hash: "", text: "" });
  const { plan_hash: hash } = looked.plan;
  const name = nameToType(schemaOf(type), looked.draft, looked.plan);
  const text = typed.hash === hash ? typed.text : "";
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={t("submit.plan.title", { title: type.title })}
      actions={
        <>
          <Button onClick={onClose}>{t(type.destructive ? "ui.cancel" : "ui.close")}</Button>
          {problem !== null && (
            <Button disabled={pending} onClick={() => onAgain(looked)}>
              {t("submit.plan.again")}
            </Button>
          )}
          {type.destructive && (
            <Button look="danger" disabled={text !== name || pending} onClick={() => onGo(looked)}>
              {t("submit.plan.go", { title: name })}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {problem !== null && <Failed problem={problem} />}
        {looked.moved && <Moved />}
        <PlanParts plan={looked.plan} />
        {type.destructive && (
          <Field label={t("submit.plan.confirm", { name })}>
            {(parts) => (
              <Input
                {...parts}
                autoComplete="off"
                spellCheck={false}
                value={text}
                onChange={(event) => setTyped({ hash, text: event.target.value })}
                onKeyDown={(event) => {
                  if (event.key === "Enter" && text === name && !pending) onGo(looked);
                }}
              />
            )}
          </Field>
        )}
      </div>
    </Dialog>
  );
}

function Moved() {
  const { t } = useTranslation();
  return (
    <div role="alert" className="bg-warn-soft rounded-lg p-4">
      <p className="text-warn font-semibold">{t("submit.plan.moved")}</p>
      <p>{t("submit.plan.movedDetail")}</p>
    </div>
  );
}

function PlanParts({ plan }: { plan: PlanAnswer }) {
  const { t } = useTranslation();
  return (
    <>
      <Destroys lines={plan.destroys} />
      <Part title={t("submit.plan.effects")}>
        {plan.effects.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </Part>
      {plan.commands.length > 0 && <Commands commands={plan.commands} />}
      <Part title={t("submit.plan.locks")}>
        {plan.locks.length === 0 && <li>{t("submit.plan.noLocks")}</li>}
        {plan.locks.map(({ path, mode }) => (
          <li key={path}>
            <code>{path}</code> <span className="text-muted">{t(`submit.plan.mode.${mode}`)}</span>
          </li>
        ))}
      </Part>
    </>
  );
}

function Destroys({ lines }: { lines: string[] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <p className="text-muted">{t("submit.plan.destroysNothing")}</p>;
  return (
    <section className="bg-bad-soft rounded-lg p-4">
      <h3 className="text-bad flex items-center gap-2 font-semibold">
        <TriangleAlert className="size-4" aria-hidden /> {t("submit.plan.destroys")}
      </h3>
      <ul className="mt-1 max-h-48 list-disc overflow-y-auto pl-6 break-all">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="font-semibold">{title}</h3>
      <ul className="mt-1 list-disc pl-6 break-words">{children}</ul>
    </section>
  );
}

function Commands({ commands }: { commands: string[][] }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary className="text-accent min-h-6 w-fit cursor-pointer font-medium">
        {t("submit.plan.commands", { count: commands.length })}
      </summary>
      <pre
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        className="bg-page mt-2 max-h-60 overflow-auto rounded-md p-3 font-mono text-xs"
      >
        {commands.map(quoted).join("\n")}
      </pre>
    </details>
  );
}
