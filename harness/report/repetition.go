package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"assay.dev/assay/harness/runner/soak"
)

// readSoak reads soak.json. A run that is no repetition of a soak, or not its last
// one, has none.
func readSoak(path string) (*soak.Result, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what repetitions came to: %w", err)
	}
	var result soak.Result
	if err := json.Unmarshal(content, &result); err != nil {
		return nil, fmt.Errorf("read what repetitions came to in %s: %w", path, err)
	}
	for i := range result.Flakes {
		flake := &result.Flakes[i]
		for j, message := range flake.Messages {
			flake.Messages[j] = firstLine(redact(message))
		}
	}
	return &result, nil
}
