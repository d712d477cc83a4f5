import { useEffect, useState } from "react";

import { local, relative, utc } from "@/format/time";
import { Tooltip } from "@/ui/tooltip";

/** Now, renewed every so often while the page is open. */
export function useNow(everyMs = 10_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

interface WhenProps {
  at: string | null | undefined;
  /** As a clock shows it instead of how long ago. */
  exact?: boolean;
}

/** A point in time in the person's zone; the UTC when pointed at. A dash for none. */
export function When({ at, exact }: WhenProps) {
  const now = useNow();
  if (!at) return <span className="text-muted">–</span>;
  const date = new Date(at);
  const said = exact ? local(date) : relative(date, now);
  return (
    <Tooltip text={exact ? utc(date) : `${local(date)} · ${utc(date)}`}>
      <time dateTime={at} className="whitespace-nowrap">
        {said}
      </time>
    </Tooltip>
  );
}
