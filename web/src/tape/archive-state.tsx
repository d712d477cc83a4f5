import { Check, LoaderCircle, TriangleAlert, X } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { ArchiveRow } from "@/tape/rows";
import { Badge, type Tone } from "@/ui/badge";

const LOOKS: Record<ArchiveRow["state"], { tone: Tone; icon: typeof Check }> = {
  writing: { tone: "info", icon: LoaderCircle },
  whole: { tone: "ok", icon: Check },
  broken: { tone: "bad", icon: TriangleAlert },
  overwritten: { tone: "warn", icon: X },
};

export function ArchiveState({ state }: { state: ArchiveRow["state"] }) {
  const { t } = useTranslation();
  const { tone, icon: Icon } = LOOKS[state];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden /> {t(`tape.archives.states.${state}`)}
    </Badge>
  );
}

/** A snapshot's whole name, or the folder that was archived. */
export function archiveName({ source, snapshot }: Pick<ArchiveRow, "source" | "snapshot">): string {
  return snapshot === null ? source : `${source}@${snapshot}`;
}
