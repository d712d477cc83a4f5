import { useTranslation } from "react-i18next";

import type { Job } from "@/api/types";
import type { Rows } from "@/inventory/queries";
import type { JobFilters } from "@/jobs/filters";
import { useJobs } from "@/jobs/queries";
import { ConfirmMove } from "@/tape/confirm";
import { DragArea } from "@/tape/drag";
import { DriveBay } from "@/tape/drive";
import { InHand } from "@/tape/hand";
import { LibraryHead } from "@/tape/library-head";
import type { Shelf } from "@/tape/model";
import { jobsOf, motionsOf } from "@/tape/motion";
import { MovingProvider } from "@/tape/moving";
import { Place } from "@/tape/place";
import { Robot } from "@/tape/robot";
import { Refusals } from "@/tape/refusals";
import { useSent } from "@/tape/sent";
import { Slots } from "@/tape/slots";
import { Card } from "@/ui/page";
import { Empty } from "@/ui/states";

const UNDER_WAY: JobFilters = { subsystem: "tape", state: ["waiting", "queued", "running"] };

interface ShelfViewProps {
  shelf: Shelf;
  seen: Pick<Rows, "observed_at" | "stale">;
}

/** A library as it stands: its robot, drives, import/export slots and slots. */
export function ShelfView({ shelf, seen }: ShelfViewProps) {
  const { t } = useTranslation();
  const jobs = useJobs(UNDER_WAY);
  const sent = useSent(seen.observed_at);
  const all = oneOfEach([...sent.underWay, ...(jobs.data?.items ?? [])]);
  const { library } = shelf;
  return (
    <MovingProvider shelf={shelf} motions={motionsOf(all, shelf)}>
      <div className="flex flex-col gap-4">
        <LibraryHead shelf={shelf} seen={seen}>
          <Robot jobs={jobsOf(all, shelf).filter((job) => job.finished_at === null)} />
        </LibraryHead>
        <Refusals failed={sent.failed} dismiss={sent.dismiss} />
        {library.is_online ? (
          <>
            <InHand />
            <Places shelf={shelf} />
          </>
        ) : (
          <Empty title={library.reason ?? t("tape.off")}>{t("tape.offHint")}</Empty>
        )}
      </div>
      <ConfirmMove onSent={sent.add} />
    </MovingProvider>
  );
}

function oneOfEach(jobs: readonly Job[]): Job[] {
  return [...new Map(jobs.map((job) => [job.id, job])).values()];
}

function Places({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  return (
    <DragArea shelf={shelf}>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(16rem,20rem)_1fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card title={t("tape.drives")}>
            <ul aria-label={t("tape.drives")} className="flex flex-col gap-2">
              {shelf.drives.map((cell) => (
                <DriveBay key={cell.key} cell={cell} />
              ))}
            </ul>
          </Card>
          <Doors shelf={shelf} />
        </div>
        <Slots shelf={shelf} />
      </div>
    </DragArea>
  );
}

/** Set apart: what lies here can be taken out by hand. */
function Doors({ shelf }: { shelf: Shelf }) {
  const { t } = useTranslation();
  return (
    <Card title={t("tape.doors")}>
      <p className="text-muted mb-2 text-xs">
        {t(shelf.doors.length === 0 ? "tape.noDoors" : "tape.doorsHint")}
      </p>
      <ul aria-label={t("tape.doors")} className="grid grid-cols-2 gap-2">
        {shelf.doors.map((cell) => (
          <Place key={cell.key} cell={cell} />
        ))}
      </ul>
    </Card>
  );
}
