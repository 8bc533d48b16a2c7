# `make help` lists what can be asked for. Every target sets up what it needs, and only what has changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$python; break; fi; done)
BIN := .venv/bin
# Node trusts its own list of authorities unless told to trust the machine's, as pip and browsers in an office must.
NPM := NODE_OPTIONS=--use-system-ca $(BIN)/npm --ignore-scripts
PO := $(wildcard parkparty/locale/*/LC_MESSAGES/django.po parkparty/wording/*/LC_MESSAGES/django.po)
STATIC := $(shell find static parkparty/*/static 2>/dev/null)
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

.PHONY: bench bench-excel bench-import bench-import-others bench-report help setup setup-dev run dev test test-security mutate-guards kill-workers coverage lint access messages \
	collect-messages pictures lock clean

help: ## 列出全部命令
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/make \1\t\2/p' Makefile | expand -t 18

setup: $(BIN)/.installed node_modules/.package-lock.json $(PO:.po=.mo) var/.collected ## 安装运行所需的一切，不启动

run: setup ## 安装、迁移、载入演示数据并启动（PORT=8001 换端口）
	@$(BIN)/python scripts/run.py

dev: setup ## 同 run，改动代码后自动重新载入
	@$(BIN)/python scripts/run.py --reload

test: setup-dev ## 在 SQLite 和 PostgreSQL 上运行全部测试
	@scripts/browser.sh
	@failed=0; for database in sqlite postgres; do \
		$(BIN)/python -m pytest --numprocesses logical --dist worksteal --database $$database || failed=1; done; exit $$failed

test-security: setup-dev ## 只测权限和安全，最后列出试过多少地址、角色和记录
	@$(BIN)/python -m pytest --quiet --numprocesses logical --dist worksteal tests/security

mutate-guards: setup-dev ## 逐处去掉权限检查，看测试能否发现（约半小时）
	@$(BIN)/python scripts/mutate_guards.py

bench: setup-dev ## 各页面相对基准页的用时比（SCALE=park|district|region|city，DATABASE=postgres|sqlite，KEEP=保留数据的目录）
	@$(BIN)/python benchmarks/bench.py --scale $(or $(SCALE),district) --database $(or $(DATABASE),postgres) \
		--rounds $(or $(ROUNDS),15) --keep "$(KEEP)"

bench-report: setup-dev ## 季度报告和各种文件的用时，全市不超过 10 秒（SCALE=district|region|city，DATABASE=postgres|sqlite，KEEP=保留数据的目录）
	@$(BIN)/python benchmarks/bench_report.py --scale $(or $(SCALE),district) --database $(or $(DATABASE),postgres) \
		--rounds $(or $(ROUNDS),3) --keep "$(KEEP)"

bench-import: export READ_DOT_ENV = 0
bench-import: setup-dev ## 名册导入的用时比，写入 docs/performance.md（ROWS=100000 ROUNDS=5，约二十分钟；DATABASE=PostgreSQL|SQLite，MILLION=1 另导入十倍的行）
	@$(BIN)/python benchmarks/bench_import.py --rows $(or $(ROWS),100000) --rounds $(or $(ROUNDS),5) \
		$(if $(DATABASE),--database $(DATABASE)) $(if $(MILLION),--million) --write docs/performance.md

bench-import-others: export READ_DOT_ENV = 0
bench-import-others: setup-dev ## 与 django-import-export 比较名册导入的用时，写入 docs/performance.md（ROWS=10000 ROUNDS=3）
	@$(BIN)/python benchmarks/bench_import_others.py --rows $(or $(ROWS),10000) --rounds $(or $(ROUNDS),3) \
		--write docs/performance.md

bench-excel: export READ_DOT_ENV = 0
bench-excel: export DATABASE_URL = sqlite://:memory:
bench-excel: setup-dev ## 十万行名单写成 Excel 的用时比，与 XlsxWriter 单独写同样的单元格相比（不超过 1.3 倍）
	@$(BIN)/python benchmarks/bench_excel.py --rows $(or $(ROWS),100000) --rounds $(or $(ROUNDS),5)

kill-workers: setup-dev ## 提交、审核、上传途中杀掉网站进程，看有没有半截的记录和多余的文件（ROUNDS=50）
	@KILL_ROUNDS=$(or $(ROUNDS),50) $(BIN)/python -m pytest --capture no --quiet --database postgres tests/activities/test_killed.py

coverage: setup-dev ## 测试覆盖率（SQLite）
	@mkdir -p .cache/coverage
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --numprocesses logical --dist worksteal
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

lint: export READ_DOT_ENV = 0
lint: export DATABASE_URL = sqlite://:memory:
lint: setup-dev ## 静态检查：格式、类型、模板、导入方向、安全、迁移
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.toml --cache-dir .cache/importlinter
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml parkparty scripts deploy
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run

access: export READ_DOT_ENV = 0
access: setup ## 按代码重写 docs/access.md（谁能做什么）
	@$(BIN)/python scripts/access.py

messages: setup collect-messages ## 从代码和模板中收集待译文字到 .po
	$(BIN)/pybabel --quiet update --domain django --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
		--input-file $(POT) --output-dir parkparty/locale

POT := .cache/django.pot
collect-messages:
	@mkdir -p $(dir $(POT))
	$(BIN)/python -m babel.messages.frontend --quiet extract --mapping pyproject.toml --project ParkParty \
		--keywords 'gettext_lazy gettext_noop ngettext_lazy:1,2 pgettext_lazy:1c,2' --add-comments Translators \
		--add-location file --sort-by-file --output $(POT) .

pictures: setup-dev ## 用演示数据重拍 docs/images 里的截图
	@scripts/browser.sh
	@$(BIN)/python scripts/pictures.py

lock: setup-dev ## 按 *.in 和 package.json 重写锁定文件（UPGRADE=--upgrade 升级全部）
	$(UV_COMPILE) $(UPGRADE) requirements.in --output-file requirements.txt
	$(UV_COMPILE) $(UPGRADE) requirements-dev.in --output-file requirements-dev.txt
	$(NPM) install --package-lock-only

clean: ## 删除可重新生成的文件，保留数据（var/ 中的数据库和照片）
	rm -rf .venv node_modules .cache .hypothesis var/static var/.collected $(PO:.po=.mo)

setup-dev: setup $(BIN)/.installed-dev

$(BIN)/pip:
	@[[ -n "$(PYTHON)" ]] || { echo "需要 Python 3.11 或更高版本"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "缺少 venv 模块，请先安装：sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

$(BIN)/.installed: requirements.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt
	@touch $@

$(BIN)/.installed-dev: requirements-dev.txt $(BIN)/.installed
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@

node_modules/.package-lock.json: package-lock.json $(BIN)/.installed
	$(NPM) ci --loglevel error
	@touch $@

%.mo: %.po $(BIN)/.installed
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@
	@touch $@

var/.collected: $(BIN)/.installed node_modules/.package-lock.json $(STATIC)
	$(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
