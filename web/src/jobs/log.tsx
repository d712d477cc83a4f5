import { useVirtualizer } from "@tanstack/react-virtual";
import { Download } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/api/types";
import { fitting, linesOf } from "@/jobs/log-lines";
import { useLog } from "@/jobs/log-query";
import { hasEnded } from "@/jobs/state";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";

const LINE_PX = 20;

export function Log({ job }: { job: Job }) {
  const { t } = useTranslation();
  const log = useLog(job.id);
  const [sought, setSought] = useState("");
  const text = log.data?.text ?? "";
  const lines = useMemo(() => linesOf(text), [text]);
  const shown = useMemo(() => fitting(lines, sought), [lines, sought]);
  return (
    <Card
      flush
      title={t("job.log")}
      actions={
        <>
          <Input
            type="search"
            aria-label={t("job.logSearch")}
            placeholder={t("job.logSearch")}
            className="h-8 w-40"
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
          <Button look="quiet" size="small" className="h-8" onClick={() => save(job.id, text)}>
            <Download aria-hidden /> {t("job.logDownload")}
          </Button>
        </>
      }
    >
      {log.isError && <Failed problem={log.error} />}
      {sought !== "" && (
        <p role="status" className="text-muted px-4 pt-2 text-xs">
          {t("job.logMatches", { count: shown.length })}
        </p>
      )}
      {lines.length === 0 && !log.isPending && (
        <p className="text-muted p-4">{t("job.logEmpty")}</p>
      )}
      {lines.length > 0 && <Lines lines={shown} follows={!hasEnded(job) && sought === ""} />}
    </Card>
  );
}

function save(id: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), {
    href: address,
    download: `calypso-${id}.log`,
  });
  link.click();
  URL.revokeObjectURL(address);
}

/** Stays at the end while it follows, unless the person has scrolled up to read. */
function Lines({ lines, follows }: { lines: readonly string[]; follows: boolean }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  useEffect(() => {
    const element = frame.current;
    if (follows && atEnd.current && element) element.scrollTop = element.scrollHeight;
  }, [lines.length, follows]);
  const watch = (element: HTMLDivElement) => {
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 2 * LINE_PX;
  };
  return (
    <div
      ref={frame}
      role="log"
      aria-label={t("job.log")}
      aria-live="off"
      tabIndex={0}
      onScroll={(event) => watch(event.currentTarget)}
      className="max-h-96 overflow-auto py-2 font-mono text-xs"
    >
      <div className="relative w-max min-w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            className="absolute inset-x-0 px-4 whitespace-pre"
            style={{ height: LINE_PX, transform: `translateY(${item.start}px)` }}
          >
            {lines[item.index]}
          </div>
        ))}
      </div>
    </div>
  );
}
