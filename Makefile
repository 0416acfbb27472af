# Every target sets itself up: a machine needs Python 3.11+, git, make and the package registries.
.PHONY: demo serve test test-hostile test-durability test-browser fuzz check format bench docs

demo:    ## the main job on the bundled example, from a Git tag to a call of the running service
	@bin/run connectory demo

serve:   ## the platform on http://127.0.0.1:8080
	@bin/run connectory up

test:    ## every test but the long ones
	@bin/run pytest -q -n 2 --dist loadfile --timeout 600 --ignore tests/durability --ignore tests/hostile --ignore tests/browser

test-hostile:  ## some three hundred hostile repositories, met by the whole pipeline
	@bin/run pytest -q -n 2 --dist load --timeout 600 tests/hostile

test-durability:  ## kill -9 at every step and at random moments, 10,000 conflicting updates: some minutes
	@CONFLICT_ROUNDS=200 bin/run pytest -q -n 2 --dist load --timeout 600 tests/durability tests/api/test_concurrency.py

test-browser:  ## people's ways through the console and the Marketplace, in a real Chromium
	@bin/setup browser
	@bin/run pytest -q -n 2 --dist loadfile --timeout 600 tests/browser

check:   ## format, lint, types, import contracts
	@bin/run ruff format --check .
	@bin/run ruff check .
	@bin/run mypy
	@bin/run lint-imports

fuzz:    ## a longer hunt for answers the API description does not promise
	@FUZZ_EXAMPLES=300 FUZZ_SEED=$${FUZZ_SEED:-7} bin/run pytest -q tests/fuzz

format:  ## let the tools write what they can
	@bin/run ruff format .
	@bin/run ruff check --fix .

bench:   ## ratios against named comparators
	@bin/run python -m benchmarks.publish
	@bin/run python -m benchmarks.deploy
	@bin/run python -m benchmarks.validate
	@bin/run python -m benchmarks.api
	@bin/run python -m benchmarks.marketplace
	@bin/run python -m benchmarks.gateway
	@bin/run python -m benchmarks.events
	@bin/run python -m benchmarks.schedules

docs:    ## write the reference pages from the code
	@bin/run python -m connectory.reference
