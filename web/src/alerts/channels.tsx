import { Ellipsis, Plus, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { ChannelDialog } from "@/alerts/channel-dialog";
import { useChannels, useRemoveChannel, useTestChannel } from "@/alerts/queries";
import type { Channel, Delivery } from "@/api/types";
import { useMay } from "@/session/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { FormDialog } from "@/ui/form-dialog";
import { Menu, MenuItem } from "@/ui/menu";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** Where alerts are sent to, for those who may know. */
export function Channels() {
  const may = useMay();
  return may("alerts:read") ? <KnownChannels mayChange={may("alerts:configure")} /> : null;
}

function KnownChannels({ mayChange }: { mayChange: boolean }) {
  const { t } = useTranslation();
  const channels = useChannels();
  const [adding, setAdding] = useState(false);
  const add = mayChange && (
    <Button size="small" onClick={() => setAdding(true)}>
      <Plus aria-hidden /> {t("alerts.channel.add")}
    </Button>
  );
  return (
    <Card flush title={t("alerts.channels")} actions={add}>
      {channels.isPending && <Loading />}
      {channels.isError && (
        <Failed problem={channels.error} retry={() => void channels.refetch()} />
      )}
      {channels.data?.items.length === 0 && (
        <Empty icon={Send} title={t("alerts.noChannels")}>
          {mayChange && t("alerts.noChannelsHint")}
        </Empty>
      )}
      <ul aria-label={t("alerts.channels")} className="divide-line divide-y">
        {channels.data?.items.map((channel) => (
          <ChannelItem key={channel.id} channel={channel} mayChange={mayChange} />
        ))}
      </ul>
      {adding && <ChannelDialog onClose={() => setAdding(false)} />}
    </Card>
  );
}

interface ChannelItemProps {
  channel: Channel;
  mayChange: boolean;
}

function ChannelItem({ channel, mayChange }: ChannelItemProps) {
  const { t } = useTranslation();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{channel.name}</span>
          <Badge>{t(`alerts.channel.kinds.${channel.kind}`)}</Badge>
          {!channel.enabled && <Badge tone="warn">{t("alerts.off")}</Badge>}
        </p>
        <p className="text-muted break-all">{whereTo(channel)}</p>
        <p className="text-muted flex flex-wrap gap-x-3 text-xs">
          <span>{t("alerts.from", { level: t(`alerts.level.${channel.min_level}`) })}</span>
          {channel.last_sent_at && (
            <span>
              {t("alerts.channel.sent")} <When at={channel.last_sent_at} />
            </span>
          )}
        </p>
        {channel.last_error && (
          <p className="text-bad text-xs break-words">
            {channel.last_error_at && <When at={channel.last_error_at} />} {channel.last_error}
          </p>
        )}
      </div>
      {mayChange && <Changes channel={channel} />}
    </li>
  );
}

function whereTo({ email, webhook }: Channel): string {
  return email?.to.join(", ") ?? webhook?.url ?? "";
}

function Changes({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { id, name } = channel;
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const test = useTestChannel(id);
  const remove = useRemoveChannel(id);
  const shut = () => {
    remove.reset();
    setOpen(null);
  };
  const tell = ({ state, last_error }: Delivery) =>
    state === "given_up"
      ? toast.error(t("alerts.testFailed", { name, why: last_error ?? "" }))
      : toast(t(state === "sent" ? "alerts.testSent" : "alerts.testWaits", { name }));
  const go = () =>
    test.mutate(undefined, {
      onSuccess: tell,
      onError: (problem) => toast.error(problem.message),
    });
  const more = (
    <Button look="quiet" size="tiny" aria-label={t("alerts.channel.more", { name })}>
      <Ellipsis aria-hidden />
    </Button>
  );
  return (
    <div className="ml-auto flex items-center gap-1">
      <Button
        size="small"
        aria-label={t("alerts.testOf", { name })}
        disabled={test.isPending}
        onClick={go}
      >
        <Send aria-hidden /> {t("alerts.test")}
      </Button>
      <Menu trigger={more}>
        <MenuItem onSelect={() => setOpen("edit")}>{t("alerts.channel.edit")}</MenuItem>
        <MenuItem danger onSelect={() => setOpen("remove")}>
          {t("alerts.channel.remove")}
        </MenuItem>
      </Menu>
      {open === "edit" && <ChannelDialog channel={channel} onClose={shut} />}
      <FormDialog
        danger
        open={open === "remove"}
        onOpenChange={shut}
        title={t("alerts.channel.removeTitle", { name })}
        act={t("alerts.channel.remove")}
        busy={remove.isPending}
        problem={remove.error}
        onSubmit={() => remove.mutate(undefined, { onSuccess: shut })}
      >
        <p>{t("alerts.channel.removeText")}</p>
      </FormDialog>
    </div>
  );
}
