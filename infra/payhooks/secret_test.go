package main

import (
	"strings"
	"testing"
)

func TestSecretIsReadFromStandardInput(t *testing.T) {
	if value, err := readSecret(strings.NewReader("hidden key\r\n")); err != nil || value != "hidden key" {
		t.Errorf("%q, %v", value, err)
	}
	for _, none := range []string{"", " \n", strings.Repeat("hidden", longestSecret)} {
		if value, err := readSecret(strings.NewReader(none)); err == nil || value != "" || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%.20q is read as %.20q, %.100v", none, value, err)
		}
	}
}
