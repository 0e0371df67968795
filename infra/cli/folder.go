package cli

import (
	"errors"
	"os"
	"path/filepath"
)

// DataDir is where the local stack keeps its data: DATA_DIR, or .payhooks next
// to template.yaml.
func DataDir() string {
	if dir := os.Getenv("DATA_DIR"); dir != "" {
		return dir
	}
	if dir, err := ProjectDir(); err == nil {
		return filepath.Join(dir, ".payhooks")
	}
	return ".payhooks"
}

// ProjectDir is the nearest folder, here or above, with a template.yaml.
func ProjectDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("there is no template.yaml here or above; run this in the project's folder")
		}
		dir = up
	}
}
