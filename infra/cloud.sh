#!/usr/bin/env bash
# The life of a platform in the cloud, step by step: on OCI, or on the emulated OCI
# with a kind cluster of this machine behind it, whose nodes are like OKE's. Both take
# the same steps.
#
#   infra/cloud.sh oke|sim STEP...
#
# Steps: up deploy attributes judge scan down, and e2e, which is all of them
# (judge asks for the attributes, too).
# ASSAY_SPEC names the directory of the specification, here and in all that is called.
# SET=safe runs the suites that leave the platform as it was, SET=full all of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$1
shift
# The checks run in their own folders.
if [[ -n ${ASSAY_SPEC:-} ]]; then
  ASSAY_SPEC=$(cd "$ASSAY_SPEC" && pwd)
  export ASSAY_SPEC
fi
set=${SET:-safe}
# What tells the sim and OKE apart is here alone.
case $target in
oke)
  stack=${OCI_DIR:-artifacts/oci}
  # In the run's own folder: what it names is the cluster of this run and of no other.
  kept=$stack
  name=${OCI_RUN:-} # without one, up makes one that no other run has
  labels='oci && oke'
  ;;
sim)
  stack=artifacts/ocisim/stack
  kept=artifacts/ocisim
  name=e2e-sim
  labels='oci && oke && oci-sim' # what an emulator can answer
  # The cluster ends with the run, so it is none that somebody works on.
  export ASSAY_NODES=oke ASSAY_PLATFORM=${ASSAY_PLATFORM:-assay}-sim
  behind=artifacts/platform-$ASSAY_PLATFORM
  ;;
*)
  echo "cloud.sh: $target is neither oke nor sim" >&2
  exit 1
  ;;
esac

go=${GO:-go}
infra=bin/assay-infra
emulator=bin/ocisim

build() {
  "$go" build -buildvcs=false -o "$infra" ./infra/cmd/assay-infra
  "$go" build -buildvcs=false -o bin/assay ./cmd/assay
}

# emulate starts the emulated OCI in front of the kind cluster.
emulate() {
  mkdir -p "$kept"
  "$go" build -buildvcs=false -o "$emulator" ./infra/ocisim/cmd/ocisim
  # In the background it ignores the Ctrl-C that ends this script.
  "$emulator" -dir "$kept/emulator" -kubeconfig "$behind/kubeconfig" -balance "$(<"$behind/cluster-uid")" >"$kept/log" 2>&1 &
  echo $! >"$kept/pid"
  if ! timeout 20 sh -c "until test -s '$kept/emulator/env'; do sleep 0.1; done"; then
    cat "$kept/log" >&2
    return 1
  fi
}

# emulating tells whether the emulator is there.
emulating() { [[ -s $kept/pid ]] && kill -0 "$(<"$kept/pid")" 2>/dev/null; }

# silence ends the emulator, after asking it whether anything is left.
silence() {
  local left pid
  pid=$(<"$kept/pid")
  left=$(curl -fsS "$ASSAY_OCI_ENDPOINT/_sim/resources") || left="unknown: the emulator does not answer"
  kill "$pid"
  timeout 20 tail --pid="$pid" -f /dev/null
  rm -rf "$kept"
  if [[ $left != "[]" ]]; then
    echo "left in the emulated cloud: $left" >&2
    return 1
  fi
}

up() {
  if [[ $target == sim ]] && ! emulating; then
    forget
    bin/assay up
    emulate
  fi
  within
  # shellcheck disable=SC2086 # several flags
  "$infra" up --dir "$stack" ${name:+--run "$name"} ${OCI_FLAGS:-}
  "$infra" adopt --dir "$stack" --out "$kept/kubeconfig" --env "$kept/env"
}

# within enters the emulated cloud, if that is the target.
within() {
  if [[ -s $kept/emulator/env ]]; then
    # shellcheck source=/dev/null
    . "$kept/emulator/env"
  fi
}

# adopted names the cluster that the run may act on and, on the emulated OCI, the
# private registry that its nodes pull from; on OCI, the user names one.
adopted() {
  # shellcheck source=/dev/null
  . "$kept/env"
  if [[ $target == sim ]]; then
    # shellcheck source=/dev/null
    . "$behind/registry.env"
  fi
}

# looking names the run to the checks that ask the cloud's API about it.
looking() {
  ASSAY_OCI_RUN=$(sed -n 's/.*"run_id":"\([^"]*\)".*/\1/p' "$stack/identity.json")
  ASSAY_OCI_DIR=$(cd "$stack" && pwd)
  export ASSAY_OCI_RUN ASSAY_OCI_DIR
}

# recorder is the process that records, while there is one.
recorder=

# recording runs a command while the load balancers and volumes that the cluster
# makes are recorded as they appear. It fails when the command or the recording does.
recording() {
  local status=0
  within
  "$infra" record --dir "$stack" --kubeconfig "$kept/kubeconfig" --follow &
  recorder=$!
  "$@" || status=$?
  kill "$recorder" 2>/dev/null || true # it may have ended by itself, which wait reports
  wait "$recorder" || { [[ $status != 0 ]] || status=1; }
  recorder=
  return "$status"
}

attributes() {
  within
  looking
  "$go" test -buildvcs=false -count=1 -timeout=20m ./suites/provisioning/oci -run TestOCI \
    -ginkgo.label-filter="$labels" -ginkgo.fail-on-empty -ginkgo.no-color -v
}

deploy() {
  adopted
  recording bin/assay deploy
}

judge() {
  adopted
  within
  looking
  case $set in
  safe) recording bin/assay test provisioning quotas --labels '!disruptive' ;;
  full) recording bin/assay test ;;
  *)
    echo "cloud.sh: SET=$set is neither safe nor full" >&2
    return 1
    ;;
  esac
}

# scan looks for the run's secrets in everything that is kept of it.
scan() {
  within
  "$infra" scan --dir "$stack" --kubeconfig "$kept/kubeconfig" \
    --except "$stack" --except "$kept/emulator" --except kubeconfig artifacts
}

# forget removes what an emulator that ended has left: what was emulated ended with
# it, rights in the cluster behind did not.
forget() {
  "$infra" unadopt --dir "$stack" || return
  rm -rf "$kept"
}

down() {
  local status=0
  if [[ $target == sim ]] && ! emulating; then
    forget || return
    bin/assay down
    return
  fi
  within
  if [[ -s $kept/kubeconfig ]]; then
    # The cluster ends, so what it holds in the cloud has to end before.
    "$infra" down --dir "$stack" --kubeconfig "$kept/kubeconfig" || status=$?
  else
    "$infra" down --dir "$stack" || status=$?
  fi
  # What the next try needs stays until one succeeds.
  if [[ $status != 0 ]]; then return "$status"; fi
  if [[ $target == sim ]]; then
    silence || status=1
    bin/assay down || status=1
    return "$status"
  fi
}

# e2e takes all steps; whatever happens, what was made goes.
e2e() {
  trap 'exit 130' INT TERM
  trap 'leave $?' EXIT
  up
  deploy
  judge
}

leave() {
  local status=$1
  # From here on Ctrl-C means to leave the rest to the step down.
  trap - EXIT INT TERM
  if [[ -n $recorder ]]; then kill "$recorder" 2>/dev/null || true; fi
  if [[ -s $kept/env ]]; then scan || status=1; fi
  down || status=1
  exit "$status"
}

build
for step in "$@"; do
  case $step in
  up | deploy | attributes | judge | scan | down | e2e) "$step" ;;
  *)
    echo "cloud.sh: $step is no step" >&2
    exit 1
    ;;
  esac
done
