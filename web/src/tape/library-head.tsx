import { ScanBarcode } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";

import { bytes } from "@/format/bytes";
import type { Rows } from "@/inventory/queries";
import { Freshness, RefreshButton } from "@/inventory/table";
import { useSubmit } from "@/jobs/queries";
import { JobsMenu } from "@/tape/jobs-menu";
import { Meter } from "@/tape/meter";
import { cellsOf, type Shelf } from "@/tape/model";
import { useStartable } from "@/jobs/starting";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";

interface LibraryHeadProps {
  shelf: Shelf;
  seen: Pick<Rows, "observed_at" | "stale">;
  /** What it is at. */
  children: ReactNode;
}

/** Which library it is, how full, what it is at, and what can be done with it. */
export function LibraryHead({ shelf, seen, children }: LibraryHeadProps) {
  const { t } = useTranslation();
  const { library } = shelf;
  return (
    <section
      aria-label={library.name}
      className="bg-surface border-line flex flex-wrap items-center gap-x-8 gap-y-3 rounded-xl border px-4 py-3"
    >
      <div className="min-w-0">
        <p className="flex items-center gap-2">
          <strong className="truncate text-base">{library.name}</strong>
          <Badge tone={library.is_online ? "ok" : "bad"}>
            {t(library.is_online ? "tape.online" : "tape.offline")}
          </Badge>
        </p>
        <p className="text-muted text-xs break-all">
          {[library.vendor, library.product, library.revision].filter(Boolean).join(" ")}{" "}
          {t("tape.device", { device: library.device })}
        </p>
      </div>
      {library.is_online && <Fullness shelf={shelf} />}
      <div className="min-w-0 grow basis-80">{children}</div>
      <div className=" flex flex-wrap items-center gap-2">
        <Freshness rows={seen} />
        <RefreshButton name="tape/slots" />
        {library.is_online && <InventoryButton shelf={shelf} />}
        <JobsMenu
          wide
          table="tape/libraries"
          name={library.name}
          known={{ "tape/libraries": library.key }}
        />
      </div>
    </section>
  );
}

function Fullness({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  const full = shelf.slots.filter((cell) => cell.held !== null).length;
  const all = shelf.slots.length;
  const held = cellsOf(shelf).flatMap((cell) =>
    cell.held === null || cell.held.kind === "cleaning" ? [] : cell.held,
  );
  const used = held.reduce((sum, one) => sum + (one.usedBytes ?? 0), 0);
  const size = held.reduce((sum, one) => sum + (one.capacityBytes ?? 0), 0);
  return (
    <>
      <div className="flex w-52 flex-col gap-1 text-xs">
        {t("tape.slotsFull", { full, all })}
        <Meter value={full} of={all} label={t("tape.slotsMeter")} />
      </div>
      {size > 0 && (
        <div className="flex w-52 flex-col gap-1 text-xs">
          {t("tape.written", { used: bytes(used), size: bytes(size) })}
          <Meter value={used} of={size} label={t("tape.writtenMeter")} />
        </div>
      )}
    </>
  );
}

function InventoryButton({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  const type = useStartable().get("tape.changer_inventory");
  const submit = useSubmit();
  if (type === undefined) return null;
  const { name: library, node } = shelf.library;
  const draft = { type: type.name, node, params: { library } };
  const go = () =>
    submit.mutate(
      { draft, key: crypto.randomUUID() },
      {
        onSuccess: () => toast(t("tape.takeInventoryAsked")),
        onError: (problem) => toast.error(problem.message),
      },
    );
  return (
    <Button disabled={submit.isPending} onClick={go}>
      <ScanBarcode aria-hidden /> {t("tape.takeInventory")}
    </Button>
  );
}
