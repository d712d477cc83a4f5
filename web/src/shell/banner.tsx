import { WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import { useConnection } from "@/events/provider";

function watchNetwork(watcher: () => void): () => void {
  window.addEventListener("online", watcher);
  window.addEventListener("offline", watcher);
  return () => {
    window.removeEventListener("online", watcher);
    window.removeEventListener("offline", watcher);
  };
}

/** Says that what is shown may be old, for as long as it may be. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const connection = useConnection();
  const online = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  if (connection !== "lost" && online) return null;
  return (
    <p
      role="status"
      className="bg-warn-soft text-warn flex items-center gap-2 px-4 py-2 font-medium"
    >
      <WifiOff className="size-4 shrink-0" aria-hidden />
      {online ? t("shell.offline") : t("shell.deviceOffline")}
    </p>
  );
}
