import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { api, told } from "@/api/client";
import { words } from "@/format/words";
import { useJobs } from "@/jobs/queries";
import { StateBadge } from "@/jobs/state";
import { Json } from "@/ui/json";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";
import { When } from "@/ui/when";

/** What happened to a job, oldest first. */
export function History({ id }: { id: string }) {
  const { t } = useTranslation();
  const history = useQuery({
    queryKey: ["job", id, "history"],
    queryFn: () =>
      told(api.GET("/api/v1/jobs/{job_id}/history", { params: { path: { job_id: id } } })),
  });
  return (
    <Card title={t("job.events")}>
      {history.isError && <Failed problem={history.error} />}
      <ol className="flex flex-col gap-1.5">
        {history.data?.items.map((event) => (
          <li
            key={`${event.at} ${event.type}`}
            className="grid gap-x-2 sm:grid-cols-[11rem_9rem_1fr]"
          >
            <When exact at={event.at} />
            <span className="font-medium">{words(event.type)}</span>
            <div className="min-w-0 text-xs">{event.data && <Json value={event.data} />}</div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** Jobs that this one started, and its reruns. Nothing while there are none. */
export function Children({ id }: { id: string }) {
  const { t } = useTranslation();
  const children = useJobs({ parent: id });
  const items = children.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card title={t("job.children")}>
      <ul className="flex flex-col gap-1.5">
        {items.map((job) => (
          <li key={job.id} className="flex items-center gap-3">
            <StateBadge job={job} />
            <Link className="text-accent underline" to={`/jobs/${job.id}`}>
              {job.title}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
