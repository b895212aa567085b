package browser_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"assay.dev/assay/harness/report"
	"assay.dev/assay/harness/report/fixture"
	"assay.dev/assay/harness/runner/browser"
	"assay.dev/assay/harness/runs/run"
)

var desktop = browser.Options{Width: 1280, Height: 1000}

// written makes the report of an invented run, and returns the page's address.
func written(t *testing.T, write func(string) (*run.Run, error)) string {
	t.Helper()
	r, err := write(t.TempDir())
	check(t, err)
	out, err := report.Build(r)
	check(t, err)
	check(t, out.Write(r.Path()))
	return address(r)
}

func address(r *run.Run) string {
	path, _ := filepath.Abs(r.Path("report.html")) // fails only without a working directory
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// shown counts the requirements that the filter leaves.
func shown(t *testing.T, page *browser.Page) int {
	t.Helper()
	n, err := browser.Evaluate[int](page, `document.querySelectorAll(".req:not([hidden])").length`)
	check(t, err)
	return n
}

func TestReportFilters(t *testing.T) {
	page := open(t, written(t, fixture.Red), desktop)
	all := len(specified(t).Requirements)
	if n := shown(t, page); n != all {
		t.Fatalf("%d requirements are shown, want all %d", n, all)
	}
	check(t, page.Picture(picture(t, "report.png"), ""))

	const failed = chromedp.CSS(`.state[data-result="fail"]`)
	want, err := page.Text(failed + " b")
	check(t, err)
	check(t, page.Do(chromedp.Click(failed)))
	if n := shown(t, page); fmt.Sprint(n) != want || n == 0 {
		t.Errorf("the button says %s failed, %d are shown", want, n)
	}
	if text, err := page.Text("#filter-count"); err != nil || text != fmt.Sprintf("%s of %d", want, all) {
		t.Errorf("the count says %q (%v)", text, err)
	}
	check(t, page.Picture(picture(t, "report-failed.png"), ""))

	check(t, page.Do(chromedp.SendKeys(chromedp.CSS("#filter-text"), "broker reports 2")))
	if n := shown(t, page); n != 1 {
		t.Errorf("%d requirements mention what the broker reports, want 1", n)
	}
	check(t, page.Do(chromedp.Click(chromedp.CSS("#filter-reset"))))
	if n := shown(t, page); n != all {
		t.Errorf("after a reset %d requirements are shown, want %d", n, all)
	}
	check(t, page.Do(chromedp.SendKeys(chromedp.CSS("#filter-level"), "SHOULD")))
	if n := shown(t, page); n == 0 || n > all/4 {
		t.Errorf("%d requirements are a SHOULD", n)
	}
}

// A link to a requirement opens it, even if the filter hides it.
func TestReportLinks(t *testing.T) {
	page := open(t, written(t, fixture.Red), desktop)
	check(t, page.Do(
		chromedp.Click(chromedp.CSS(`.state[data-result="skipped"]`)),
		chromedp.Click(chromedp.CSS(`.tile[href="#topic.task-events.partitions"]`)),
		chromedp.WaitVisible(chromedp.CSS(`[id="topic.task-events.partitions"] .failure`)),
	))
	text, err := page.Text(`[id="topic.task-events.partitions"] .failure`)
	check(t, err)
	if !strings.Contains(text, "the broker reports 2") {
		t.Errorf("the failure reads %q", text)
	}
	check(t, page.Picture(picture(t, "report-requirement.png"), ""))
}

// The page loads nothing, breaks nothing, and nothing that came from the run is
// more than text.
func TestReportIsSelfContained(t *testing.T) {
	for name, o := range map[string]browser.Options{
		"light": desktop, "dark": {Width: 1280, Height: 1000, Dark: true}, "phone": {Width: 420, Height: 900},
	} {
		t.Run(name, func(t *testing.T) {
			where := written(t, fixture.Red)
			page := open(t, where, o)
			title, err := browser.Evaluate[string](page, `document.title`)
			check(t, err)
			if title != "red · assay · 20260302-140509" {
				t.Errorf("the title is %q", title)
			}
			for _, part := range []string{"verdict", "experiments", "experiment-broker-pod-kill", "mutants", "findings", "trend", "timings"} {
				check(t, page.Picture(picture(t, fmt.Sprintf("report-%s-%s.png", name, part)), chromedp.CSS("#"+part)))
			}
			wide, err := browser.Evaluate[int](page, `document.documentElement.scrollWidth - innerWidth`)
			check(t, err)
			if wide > 0 {
				who, _ := browser.Evaluate[string](page, `[...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .links")).slice(0, 6).map((e) => e.tagName + "." + e.className + "#" + e.id).join(" ")`)
				t.Errorf("the page is %d pixels wider than the window: %s", wide, who)
			}
			if problems := page.Problems(); len(problems) > 0 {
				t.Errorf("the browser complains:\n%s", strings.Join(problems, "\n"))
			}
			if others := slices.DeleteFunc(page.Requests(), func(request string) bool { return request == where }); len(others) > 0 {
				t.Errorf("the page loads %q", others)
			}
		})
	}
}

// Under the pointer a timeline tells its values.
func TestTimelineReadout(t *testing.T) {
	page := open(t, written(t, fixture.Red), desktop)
	text, err := browser.Evaluate[string](page, `(() => {
		const svg = document.querySelector("#experiment-broker-pod-kill svg.time"), box = svg.getBoundingClientRect();
		svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + box.width / 2, clientY: box.top + 100, bubbles: true }));
		return document.querySelector("#experiment-broker-pod-kill .readout").textContent;
	})()`)
	check(t, err)
	for _, want := range []string{"latency median", "throughput accepted", "consumer lag audit-worker", "errors refused"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

func TestGreenReport(t *testing.T) {
	page := open(t, written(t, fixture.Green), desktop)
	if text, err := page.Text(".stamp .word"); err != nil || !strings.EqualFold(text, "green") {
		t.Errorf("the verdict reads %q (%v)", text, err)
	}
	check(t, page.Picture(picture(t, "report-green.png"), ""))
}

// The report of the run itself.
func TestReportOfTheRun(t *testing.T) {
	r := joined(t)
	if r == nil {
		t.Skipf("%s names no run", run.DirEnv)
	}
	saved, err := report.Read(r.Path(report.Name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("run %s has no report yet", r.ID)
	}
	check(t, err)
	page := open(t, address(r), desktop)
	if text, err := page.Text(".stamp .word"); err != nil || !strings.EqualFold(text, string(saved.Verdict)) {
		t.Errorf("the verdict reads %q (%v), want %s", text, err, saved.Verdict)
	}
	if problems := page.Problems(); len(problems) > 0 {
		t.Errorf("the browser complains:\n%s", strings.Join(problems, "\n"))
	}
	check(t, page.Picture(r.Path("screenshots", "report.png"), ""))
}
