package events

import (
	"fmt"
	"path"
	"strings"
)

const thin = "thin"

// ThinSample returns the sample of a thin event as Stripe delivers it. Its snapshot
// twin is the sample of API version Latest.
func ThinSample(kind string) ([]byte, error) {
	body, err := FS.ReadFile(path.Join(thin, kind+".json"))
	if err != nil {
		return nil, fmt.Errorf("no sample of the thin event type %q", kind)
	}
	return body, nil
}

// FetchedSample returns a thin event as Stripe's API returns it. There is one where
// ThinSample's event has more members there.
func FetchedSample(kind string) ([]byte, error) {
	body, err := FS.ReadFile(path.Join(thin, "fetched", kind+".json"))
	if err != nil {
		return nil, fmt.Errorf("no sample of the fetched thin event type %q", kind)
	}
	return body, nil
}

// ThinTypes lists the types that there is a thin sample of, sorted.
func ThinTypes() []string {
	files, err := FS.ReadDir(thin)
	if err != nil {
		panic(err) // it is embedded
	}
	var types []string
	for _, f := range files {
		if kind, ok := strings.CutSuffix(f.Name(), ".json"); ok {
			types = append(types, kind)
		}
	}
	return types
}
