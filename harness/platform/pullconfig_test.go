package platform

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestHelmfileGetsEveryVariableThatItReads: the caller's environment is not handed on,
// so that a name which is forgotten here is empty in deploy/.
func TestHelmfileGetsEveryVariableThatItReads(t *testing.T) {
	reads := regexp.MustCompile(`(?:env|requiredEnv) "([A-Z_]+)"`)
	release := releaser{charts: "/charts", platform: "/platform.yaml", revision: "r1"}
	set := map[string]string{"ASSAY_CHARTS": "/charts", "ASSAY_PLATFORM_YAML": "/platform.yaml", "ASSAY_IMAGE_REVISION": "r1"}
	found := 0
	err := filepath.WalkDir("../../deploy", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".gotmpl") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range reads.FindAllStringSubmatch(string(content), -1) {
			found++
			t.Setenv(match[1], "said by the user")
			want := match[1] + "=said by the user"
			if own, ok := set[match[1]]; ok {
				want = match[1] + "=" + own
			}
			if !slices.Contains(release.env(), want) {
				t.Errorf("%s reads %s, and helmfile does not get %s", path, match[1], want)
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d variables are read (%v)", found, err)
	}
	t.Setenv("HELM_KUBEAPISERVER", "elsewhere")
	if slices.Contains(release.env(), "HELM_KUBEAPISERVER=elsewhere") {
		t.Error("a variable that leads to another cluster is handed on")
	}
}
