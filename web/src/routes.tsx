/** Every page and its address; each is loaded when it is first opened. */
import { createBrowserRouter, type RouteObject } from "react-router";

import { PageFailed } from "@/shell/failed";
import { NotFound } from "@/shell/not-found";
import { Shell } from "@/shell/shell";
import { Loading } from "@/ui/states";

type Component = () => React.ReactNode;

/** A page in a file of its own: `page(() => import("@/jobs/page"), "JobsPage")`. */
function page<Name extends string>(
  load: () => Promise<Record<Name, Component>>,
  name: Name,
): NonNullable<RouteObject["lazy"]> {
  return async () => ({ Component: (await load())[name] });
}

export const router = createBrowserRouter([
  {
    path: "/",
    element: <Shell />,
    errorElement: <PageFailed />,
    hydrateFallbackElement: <Loading />,
    children: [
      {
        errorElement: <PageFailed />,
        children: [
          { index: true, lazy: page(() => import("@/dashboard/page"), "DashboardPage") },
          { path: "jobs", lazy: page(() => import("@/jobs/page"), "JobsPage") },
          { path: "jobs/new", lazy: page(() => import("@/submit/page"), "SubmitPage") },
          { path: "jobs/new/:type", lazy: page(() => import("@/submit/form-page"), "FormPage") },
          { path: "jobs/:id", lazy: page(() => import("@/jobs/job-page"), "JobPage") },
          {
            path: "inventory/:subsystem/:noun?",
            lazy: page(() => import("@/inventory/page"), "InventoryPage"),
          },
          { path: "alerts", lazy: page(() => import("@/alerts/page"), "AlertsPage") },
          {
            path: "storage",
            lazy: page(() => import("@/storage/page"), "StoragePage"),
            children: [
              { index: true, lazy: page(() => import("@/storage/pools"), "Pools") },
              { path: "datasets", lazy: page(() => import("@/storage/datasets"), "Datasets") },
              {
                path: "datasets/*",
                lazy: page(() => import("@/storage/dataset-page"), "DatasetPage"),
              },
              {
                path: "replication",
                lazy: page(() => import("@/storage/replication"), "Replication"),
              },
              { path: "disks", lazy: page(() => import("@/storage/disks"), "Disks") },
              {
                path: "unprotected",
                lazy: page(() => import("@/storage/unprotected-page"), "UnprotectedPage"),
              },
            ],
          },
          { path: "tape/:tab?/:name?", lazy: page(() => import("@/tape/page"), "TapePage") },
          {
            path: "backup/restore",
            lazy: page(() => import("@/backup/restore-page"), "RestorePage"),
          },
          { path: "backup", lazy: page(() => import("@/backup/page"), "BackupPage") },
          { path: "schedules", lazy: page(() => import("@/schedules/page"), "SchedulesPage") },
          {
            path: "schedules/new",
            lazy: page(() => import("@/schedules/editor-page"), "NewSchedulePage"),
          },
          {
            path: "schedules/retention",
            lazy: page(() => import("@/schedules/simulator-page"), "SimulatorPage"),
          },
          {
            path: "schedules/:id",
            lazy: page(() => import("@/schedules/schedule-page"), "SchedulePage"),
          },
          {
            path: "schedules/:id/edit",
            lazy: page(() => import("@/schedules/editor-page"), "EditSchedulePage"),
          },
          { path: "system", lazy: page(() => import("@/system/page"), "SystemPage") },
          { path: "accounts", lazy: page(() => import("@/accounts/page"), "AccountsPage") },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);
