package probe

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func do(t *testing.T, url, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

func start(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(New("assay-probe"))
	t.Cleanup(server.Close)
	return server.URL
}

func deliveries(t *testing.T, url string) []Delivery {
	t.Helper()
	_, body := do(t, url, http.MethodGet, "/deliveries?after=0&wait=0s", "")
	var all []Delivery
	for line := range strings.Lines(body) {
		var l Line
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Delivery != nil {
			all = append(all, *l.Delivery)
		}
	}
	return all
}

func TestAnswersAsTold(t *testing.T) {
	url := start(t)
	rules := `[{"id":"heals","answers":["retry","error","success"]},{"topic":"b","contains":"poison","answers":["drop"]}]`
	if status, body := do(t, url, http.MethodPut, "/rules", rules); status != http.StatusNoContent {
		t.Fatal(status, body)
	}
	for _, step := range []struct {
		topic, event string
		status       int
		body         string
	}{
		{"a", `{"id":"heals","type":"x"}`, 200, `{"status":"RETRY"}`},
		{"a", `{"id":"heals","type":"x"}`, 500, "scripted to fail\n"},
		{"a", `{"id":"heals","type":"x"}`, 200, `{"status":"SUCCESS"}`},
		{"a", `{"id":"heals","type":"x"}`, 200, `{"status":"SUCCESS"}`},
		{"a", `{"id":"1","data":{"title":"poison"}}`, 200, `{"status":"SUCCESS"}`},
		{"b", `{"id":"1","data":{"title":"poison"}}`, 200, `{"status":"DROP"}`},
	} {
		if status, body := do(t, url, http.MethodPost, "/events/"+step.topic, step.event); status != step.status || body != step.body {
			t.Errorf("%s on %s is answered %d %q, want %d %q", step.event, step.topic, status, body, step.status, step.body)
		}
	}
	all := deliveries(t, url)
	if len(all) != 6 {
		t.Fatalf("%d deliveries, want 6", len(all))
	}
	if d := all[2]; d.Number != 3 || d.Attempt != 3 || d.ID != "heals" || d.Answer != Success || d.App != "assay-probe" {
		t.Errorf("third delivery is %+v", d)
	}
	if all[5].Attempt != 1 {
		t.Errorf("attempts are counted over topics: %+v", all[5])
	}
}

func TestHangsUntilGivenUp(t *testing.T) {
	url := start(t)
	do(t, url, http.MethodPut, "/rules", `[{"answers":["none"]}]`)
	client := &http.Client{Timeout: 50 * time.Millisecond}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/events/a", strings.NewReader(`{"id":"1"}`))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := client.Do(request); err == nil {
		_ = answer.Body.Close()
		t.Fatalf("answered %s", answer.Status)
	}
	_, body := do(t, url, http.MethodGet, "/deliveries?after=0&wait=5s", "")
	if !strings.Contains(body, `"answer":"none"`) {
		t.Errorf("not remembered as not answered: %s", body)
	}
}

func TestAnAnswerIsLostAfterTheEventWasProcessed(t *testing.T) {
	url := start(t)
	do(t, url, http.MethodPut, "/rules", `[{"id":"1","answers":["lost","success"]}]`)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/events/a", strings.NewReader(`{"id":"1"}`))
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := http.DefaultClient.Do(request); err == nil {
		_ = answer.Body.Close()
		t.Fatalf("answered %s", answer.Status)
	}
	if status, _ := do(t, url, http.MethodPost, "/events/a", `{"id":"1"}`); status != http.StatusOK {
		t.Errorf("the next delivery is answered %d", status)
	}
	_, body := do(t, url, http.MethodGet, "/deliveries?after=0&wait=5s", "")
	if !strings.Contains(body, `"answer":"lost"`) || !strings.Contains(body, `"answer":"success"`) {
		t.Errorf("not remembered as lost: %s", body)
	}
}

func TestWaitsForTheNextDelivery(t *testing.T) {
	url := start(t)
	do(t, url, http.MethodPost, "/events/a", `{"id":"1"}`)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/deliveries?after=1&wait=10s", nil)
	if err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() {
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			found <- err.Error()
			return
		}
		defer func() { _ = answer.Body.Close() }()
		lines := bufio.NewReader(answer.Body)
		_, _ = lines.ReadString('\n')
		line, _ := lines.ReadString('\n')
		found <- line
	}()
	do(t, url, http.MethodPost, "/events/a", `{"id":"2"}`)
	if line := <-found; !strings.Contains(line, `"id":"2"`) || !strings.Contains(line, `"number":2`) {
		t.Errorf("got %q", line)
	}
}

func TestRefusesRulesThatItCannotFollow(t *testing.T) {
	url := start(t)
	for _, rules := range []string{`{}`, `[{}]`, `[{"answers":["maybe"]}]`, `[{"answers":["drop"],"topics":"a"}]`} {
		if status, _ := do(t, url, http.MethodPut, "/rules", rules); status != http.StatusBadRequest {
			t.Errorf("%s is answered %d", rules, status)
		}
	}
	for _, query := range []string{"", "?after=-1&wait=0s", "?after=0&wait=1h", "?after=x&wait=0s"} {
		if status, _ := do(t, url, http.MethodGet, "/deliveries"+query, ""); status != http.StatusBadRequest {
			t.Errorf("%q is answered %d", query, status)
		}
	}
}
