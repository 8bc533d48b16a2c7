#!/usr/bin/env bash
# Chromium and a Chinese font for the browser tests: installed where we may, named in one line where we may not.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
[[ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ]] || missing+=(fontconfig fonts-noto-cjk)
((${#missing[@]})) || exit 0

install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
}
if ! { [[ $EUID == 0 ]] && command -v apt-get >/dev/null && install; }; then
    echo "浏览器测试将跳过，请先安装：sudo apt-get install ${missing[*]}"
fi
