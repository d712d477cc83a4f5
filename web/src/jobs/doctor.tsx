import { useMutation } from "@tanstack/react-query";
import { Stethoscope } from "lucide-react";
import { useTranslation } from "react-i18next";

import { api, told } from "@/api/client";
import type { Job } from "@/api/types";
import { Button } from "@/ui/button";
import { Card } from "@/ui/page";
import { Failed } from "@/ui/states";

/** Asks the node itself what is true about a job that does not end. */
export function Doctor({ job }: { job: Job }) {
  const { t } = useTranslation();
  const doctor = useMutation({
    mutationFn: () =>
      told(api.POST("/api/v1/jobs/{job_id}/doctor", { params: { path: { job_id: job.id } } })),
  });
  return (
    <Card
      title={t("job.doctorTitle")}
      actions={
        <Button size="small" disabled={doctor.isPending} onClick={() => doctor.mutate()}>
          <Stethoscope aria-hidden /> {t("job.doctor")}
        </Button>
      }
    >
      {doctor.isError && <Failed problem={doctor.error} />}
      {doctor.data && (
        <div className="flex flex-col gap-2">
          <p className="font-medium">{doctor.data.summary}</p>
          <ul className="list-disc pl-5">
            {doctor.data.findings.map((finding) => (
              <li key={finding.text}>{finding.text}</li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
