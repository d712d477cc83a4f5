import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { bodyOf, draftOf, KINDS, LEVELS } from "@/alerts/channel-draft";
import { EmailFields, type PartsProps, WebhookFields } from "@/alerts/channel-parts";
import { useKeepChannel } from "@/alerts/queries";
import { faultsAt } from "@/api/faults";
import type { Channel } from "@/api/types";
import { SelectField, TextField } from "@/ui/field";
import { FormDialog } from "@/ui/form-dialog";

interface ChannelDialogProps {
  /** The one that is changed; none: a new one. */
  channel?: Channel;
  onClose: () => void;
}

/** Where to send alerts: asked for, and refused at the field where the API says so. */
export function ChannelDialog({ channel, onClose }: ChannelDialogProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(() => draftOf(channel));
  const keep = useKeepChannel(channel?.id);
  const parts: PartsProps = {
    draft,
    faults: (field) => faultsAt(keep.error, field),
    change: (part) => setDraft({ ...draft, ...part }),
  };
  const done = () => {
    toast(t("alerts.channel.kept", { name: draft.name }));
    onClose();
  };
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title={
        channel ? t("alerts.channel.editTitle", { name: channel.name }) : t("alerts.channel.add")
      }
      act={t(channel ? "ui.save" : "alerts.channel.add")}
      busy={keep.isPending}
      problem={keep.error}
      onSubmit={() => keep.mutate(bodyOf(draft), { onSuccess: done })}
    >
      <WhatFields {...parts} />
      {draft.kind === "email" ? <EmailFields {...parts} /> : <WebhookFields {...parts} />}
    </FormDialog>
  );
}

function WhatFields({ draft, faults, change }: PartsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        label={t("alerts.channel.name")}
        required
        maxLength={100}
        errors={faults("name")}
        value={draft.name}
        onValue={(name) => change({ name })}
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField
          label={t("alerts.channel.kind")}
          value={draft.kind}
          options={KINDS.map((kind) => [kind, t(`alerts.channel.kinds.${kind}`)])}
          onChange={(kind) => change({ kind })}
        />
        <SelectField
          label={t("alerts.channel.level")}
          value={draft.min_level}
          options={LEVELS.map((level) => [level, t(`alerts.level.${level}`)])}
          onChange={(min_level) => change({ min_level })}
        />
      </div>
      <label className="flex min-h-6 w-fit items-center gap-2">
        <input
          type="checkbox"
          className="accent-accent size-4"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.target.checked })}
        />
        {t("alerts.channel.enabled")}
      </label>
    </>
  );
}
