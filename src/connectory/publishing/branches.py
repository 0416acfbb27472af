"""One application, from its files to an artifact: the steps of a branch."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from connectory.connectors.model import BuiltApplication, ReportEntry
from connectory.durable import Rejected
from connectory.durable.journal import Journal
from connectory.findings.order import ordered
from connectory.publishing import report
from connectory.publishing.built import finding_of
from connectory.publishing.context import Publishing
from connectory.publishing.model import (
    BUILT_PER_DEPLOYMENT,
    TESTED,
    Installed,
    Outcome,
    Plan,
    PlannedApplication,
    Prepared,
    Product,
    Suite,
    SuiteVerdict,
)
from connectory.publishing.steps import boot, build, install, package, reuse, stages, suite, trial
from connectory.publishing.steps.specification import lay_out
from connectory.publishing.store import plan_of, save_product
from connectory.publishing.task import Task
from connectory.specification import SERVED

T = TypeVar("T")
SPARE = 120.0
"""Seconds a step may take beyond the programs it runs."""


class Branch:
    """One application of one run."""

    def __init__(self, publishing: Publishing, journal: Journal, plan: Plan) -> None:
        self.publishing = publishing
        self.journal = journal
        self.plan = plan
        self.application: PlannedApplication = plan.application(journal.branch)
        self._known: reuse.Examined | None = None
        self._tests = Suite()

    async def run(self) -> Outcome:
        """What cannot be built is a finding beside those before it; its entry is in the report."""
        try:
            prepared = await self._step("reuse", self._prepare, Prepared)
            product = prepared.known or await self._make()
        except Rejected as verdict:
            broken = finding_of(self.application.name, verdict)
            return Outcome(None, self._tests, (*self._tests.findings, broken))
        await self._tell(*entries(self.application, product, prepared.known is not None))
        finished = built(self.application, product)
        return Outcome(finished, product.tests, product.findings, product.trial)

    async def _make(self) -> Product:
        async with self.publishing.slots:
            await self._step("install", self._install, Installed, programs=4)
            kind = self.application.type
            if kind in TESTED:
                self._tests = await self._step("test", self._test, Suite, programs=4)
            if kind in BUILT_PER_DEPLOYMENT:
                product = await self._step("package", self._package, Product, programs=4)
                return await self._step("build", lambda: self._try(product), Product, programs=4)
            await self._step("build", self._build, build.Built, programs=4)
            product = await self._step("package", self._package, Product, programs=4)
            if kind not in SERVED:
                return product
            return await self._step("boot", lambda: self._boot(product), Product)

    async def _prepare(self) -> Prepared:
        return await reuse.prepare(self.publishing, self.plan, await self._examined())

    async def _install(self) -> Installed:
        return await install.install(await self._task())

    async def _test(self) -> Suite:
        task = await self._task()
        await stages.ready_for(task, "test")
        tests = await suite.test(task)
        if tests.verdict is SuiteVerdict.FAILED:
            await self._tell(failing_tests(self.application.name, tests))
        return tests

    async def _build(self) -> build.Built:
        task = await self._task()
        await stages.ready_for(task, "build")
        return await build.build(task)

    async def _package(self) -> Product:
        """What is started, or built for each Deployment, is remembered once that was seen."""
        task = await self._task()
        await stages.ready_for(task, "package")
        product = await package.package(task, self._tests)
        if self.application.type not in TESTED:
            await self._remember(product)
        return product

    async def _try(self, product: Product) -> Product:
        task = await self._task()
        await stages.ready_for(task, "build")
        findings = ordered((*product.findings, *await trial.try_out(task)))
        tried = replace(product, findings=findings)
        await self._remember(tried)
        return tried

    async def _boot(self, product: Product) -> Product:
        seen = await boot.boot(self.publishing, self.plan, await self._examined(), product)
        findings = ordered((*product.findings, *seen.findings))
        started = replace(product, findings=findings, trial=seen.trial)
        await self._remember(started)
        return started

    async def _remember(self, product: Product) -> None:
        """For the next run over the same content."""
        key = await reuse.key_of(self.publishing, self.plan, await self._examined())
        await self.publishing.database.write(lambda c: save_product(c, key, product))

    async def _task(self) -> Task:
        publishing, run = self.publishing, self.journal.run
        await lay_out(publishing, run.id, self.plan.revision)
        examined = await self._examined()
        stored = await publishing.database.read(lambda c: report.current(c, run))
        return Task(
            publishing, run, self.plan, stored.organization_id, examined.subject, examined.tools
        )

    async def _examined(self) -> reuse.Examined:
        """Read from the commit's files, once; again when a run goes on after a crash."""
        if self._known is None:
            run_id, name = self.journal.run.id, self.application.name
            await lay_out(self.publishing, run_id, self.plan.revision)
            self._known = await reuse.examine(self.publishing, run_id, self.plan, name)
        return self._known

    async def _step(
        self, name: str, work: Callable[[], Awaitable[T]], shape: type[T], *, programs: int = 0
    ) -> T:
        """A step whose refusal is in the report before the step has ended."""

        async def reported() -> T:
            try:
                return await work()
            except Rejected as verdict:
                await self._tell(
                    report.failed(report.BUILD, verdict.message, self.application.name)
                )
                raise

        limit = programs * self.publishing.settings.build_timeout + SPARE
        return await self.journal.step(name, reported, shape, timeout=limit)

    async def _tell(self, *told: ReportEntry) -> None:
        run = self.journal.run
        await self.publishing.database.write(lambda c: report.record(c, run, *told))


async def run_branch(publishing: Publishing, journal: Journal) -> Outcome:
    """The branch of ``journal``. Its files are removed with the run's."""
    run_id = journal.run.id
    plan = await publishing.database.read(lambda c: plan_of(c, run_id))
    if plan is None:
        raise RuntimeError(f"run {run_id} has no plan")
    return await Branch(publishing, journal, plan).run()


def built(application: PlannedApplication, product: Product) -> BuiltApplication:
    return BuiltApplication(
        name=application.name,
        type=application.type,
        endpoint=application.endpoint,
        artifact=product.artifact,
        command=product.command,
        directory=application.name,
        node=product.node,
        schedule=application.schedule,
        post_deploy=application.post_deploy,
        pre_undeploy=application.pre_undeploy,
        retry_policy=application.retry_policy,
        health_check=application.health_check,
    )


def entries(
    application: PlannedApplication, product: Product, reused: bool
) -> tuple[ReportEntry, ...]:
    """What the report says of a finished application, in the order it was found out."""
    name, told = application.name, list[ReportEntry]()
    if not product.lockfile:
        told.append(report.warning(f"Lockfile of application {name} not found", UNLOCKED, name))
    if product.tests.verdict is SuiteVerdict.FAILED:
        told.append(failing_tests(name, product.tests))
    message = None
    if application.type in BUILT_PER_DEPLOYMENT:
        message = "It is built again for each Deployment, with its configuration."
    if reused:
        message = "Nothing it is built from has changed: the earlier build is used."
    told.append(report.succeeded(report.BUILD, name, message))
    return tuple(told)


UNLOCKED = (
    "Without a lockfile each build installs whatever versions fit on that day.\n"
    "Fix: commit package-lock.json, yarn.lock or pnpm-lock.yaml beside package.json."
)


def failing_tests(name: str, tests: Suite) -> ReportEntry:
    return report.warning(f"Tests of application {name} failed", tests.message, name)
