import { useMutation, useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { api, told } from "@/api/client";
import type { Channel } from "@/api/types";
import { useMay } from "@/session/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";

/** Where alerts are sent to, for those who may know; a test goes to one at a time. */
export function Channels() {
  const { t } = useTranslation();
  const may = useMay();
  const mayRead = may("alerts:read");
  const channels = useQuery({
    queryKey: ["alerts", "channels"],
    queryFn: () => told(api.GET("/api/v1/alert-channels")),
    enabled: mayRead,
  });
  if (!mayRead) return null;
  return (
    <Card flush title={t("alerts.channels")}>
      {channels.isError && <Failed problem={channels.error} />}
      {channels.data?.items.length === 0 && (
        <p className="text-muted p-4">{t("alerts.noChannels")}</p>
      )}
      <ul className="divide-line divide-y">
        {channels.data?.items.map((channel) => (
          <ChannelItem key={channel.id} channel={channel} />
        ))}
      </ul>
    </Card>
  );
}

function ChannelItem({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const may = useMay();
  const test = useMutation({
    mutationFn: () => {
      const params = { path: { channel_id: channel.id } };
      return told(api.POST("/api/v1/alert-channels/{channel_id}/test", { params }));
    },
    onSuccess: () => toast(t("alerts.testSent", { name: channel.name })),
    onError: (problem) => toast.error(problem.message),
  });
  return (
    <li className="flex flex-wrap items-center gap-3 px-4 py-2.5">
      <span className="font-medium">{channel.name}</span>
      <Badge>{channel.kind}</Badge>
      {!channel.enabled && <Badge tone="warn">{t("alerts.off")}</Badge>}
      <span className="text-muted">
        {t("alerts.from", { level: t(`alerts.level.${channel.min_level}`) })}
      </span>
      {may("alerts:configure") && (
        <Button
          size="small"
          className="ml-auto"
          disabled={test.isPending}
          onClick={() => test.mutate()}
        >
          <Send aria-hidden /> {t("alerts.test")}
        </Button>
      )}
    </li>
  );
}
