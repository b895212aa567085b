package bench

import (
	"testing"
	"time"

	"github.com/onsi/ginkgo/v2/types"
)

func check(seconds int, serial bool, state types.SpecState) types.SpecReport {
	return types.SpecReport{
		LeafNodeType: types.NodeTypeIt, RunTime: time.Duration(seconds) * time.Second, IsSerial: serial, State: state,
	}
}

func TestTheChainIsTheLongestBesideOthersAndAllThatRunAlone(t *testing.T) {
	setup := types.SpecReport{LeafNodeType: types.NodeTypeSynchronizedBeforeSuite, RunTime: time.Minute, State: types.SpecStatePassed}
	got, err := tookOf(types.Report{RunTime: 50 * time.Second, SpecReports: types.SpecReports{
		setup,
		check(3, false, types.SpecStatePassed), check(10, false, types.SpecStateFailed), check(9, false, types.SpecStatePassed),
		check(20, true, types.SpecStatePassed), check(5, true, types.SpecStatePassed), check(40, true, types.SpecStateSkipped),
	}})
	if want := (took{50 * time.Second, 35 * time.Second}); got != want || err != nil {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
}

func TestASuiteThatDidNotRunHasNoChain(t *testing.T) {
	if got, err := tookOf(types.Report{SpecReports: types.SpecReports{check(3, false, types.SpecStateSkipped)}}); err == nil {
		t.Errorf("%+v", got)
	}
}

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		in   []time.Duration
		want time.Duration
	}{{[]time.Duration{3}, 3}, {[]time.Duration{9, 1, 5}, 5}, {[]time.Duration{4, 1, 9, 6}, 5}} {
		if got := median(test.in); got != test.want {
			t.Errorf("median of %v is %v, want %v", test.in, got, test.want)
		}
	}
}
