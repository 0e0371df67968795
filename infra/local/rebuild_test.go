package local

import "testing"

func TestFunctionIsMadeOfWhatItImports(t *testing.T) {
	in := imports{"a": {"fmt", "example.com/p/internal/mail", "example.com/p/internal/shop/order"}}
	for file, want := range map[string]bool{
		"internal/mail/send.go": true, "internal/mail/pages/receipt.html": true, "go.mod": true,
		"internal/shop/order/order.go": true, "internal/shop/shop.go": false, "internal/sms/send.go": false, "functions/b/main.go": false,
	} {
		if got := in.touch("a", []string{"internal/none/x.go", file}); got != want {
			t.Errorf("%s: %t", file, got)
		}
	}
	if !in.touch("new", []string{"internal/sms/send.go"}) {
		t.Error("a function of unknown imports is left")
	}
}
