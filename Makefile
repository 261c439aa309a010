# Everything runs in .venv, which scripts/setup makes and keeps up to date.
.DEFAULT_GOAL := help
.PHONY: help demo test check format matrix torture bench fuzz soak build lock catalog clean
bin := .venv/bin

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## see it work: no key, no network
	@scripts/setup
	@$(bin)/python examples/demo.py

test:  ## run all tests; one file: make test ARGS=tests/wire
	@scripts/setup dev
	$(bin)/python -m pytest -n auto $(ARGS)

check:  ## lint, format, types, import contracts
	@scripts/setup dev
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports --no-logo

format:  ## put the code in its usual form
	@scripts/setup dev
	$(bin)/ruff check --fix-only .
	$(bin)/ruff format .

torture:  ## run the torture table, then write docs/torture.md from it
	@scripts/setup dev
	$(bin)/python scripts/torture.py

matrix:  ## write docs/matrix.md from what the tests' programs show
	@scripts/setup dev
	$(bin)/python scripts/matrix.py

bench:  ## measure: CPU time per call and per event, beside other clients
	@scripts/setup
	$(bin)/python benchmarks/run.py --setup $(ARGS)

fuzz:  ## search for bytes that break a promise, a minute for each boundary; longer, or some: make fuzz ARGS="--seconds 600 stream"
	@scripts/setup
	$(bin)/python scripts/fuzz.py $(ARGS)

soak:  ## make 10,000 exchanges, a fifth of them disturbed: each ends once, and nothing stays behind
	@scripts/setup
	$(bin)/python benchmarks/soak.py $(ARGS)

build:  ## make the wheel in dist/, and try it in an empty environment
	@scripts/setup dev
	scripts/build

lock:  ## take the newest versions into requirements/dev.txt (needs uv)
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --upgrade --universal --python-version 3.11 \
		--no-annotate --no-emit-index-url --group dev --output-file requirements/dev.txt pyproject.toml

catalog:  ## compile the catalogue of models from LITELLM=, GENAI_PRICES=, MODELS_DEV= and DAY= (docs/catalog.md)
	@scripts/setup dev
	$(bin)/python scripts/catalog $(if $(LITELLM),--litellm "$(LITELLM)") $(if $(GENAI_PRICES),--genai-prices "$(GENAI_PRICES)") \
		$(if $(MODELS_DEV),--models-dev "$(MODELS_DEV)") $(if $(DAY),--day "$(DAY)") $(ARGS)
	$(if $(MODELS_DEV),$(bin)/python scripts/catalog/set_aside.py --models-dev "$(MODELS_DEV)")

clean:  ## remove everything that was made
	rm -rf .venv .cache dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
