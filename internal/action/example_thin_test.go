package action_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
)

// account is what the function reads of an object that package facts does not know.
type account struct {
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
}

// asked is started with action.Start(asked, action.AnyVersion).
func asked(_ context.Context, e *action.Event[json.RawMessage]) error {
	var a account
	if err := json.Unmarshal(e.Object, &a); err != nil {
		return action.Permanent(fmt.Errorf("read account: %w", err))
	}
	e.Outcome(e.Type + " of " + a.ID)
	return nil
}

// A thin event of a type that no snapshot has. The function gets it with its object,
// which function fetch has fetched.
func Example_thinEvent() {
	thin, err := events.ThinSample("v2.core.account[requirements].updated")
	if err != nil {
		panic(err)
	}
	r := actiontest.New(actiontest.InExample(), asked, action.AnyVersion)
	d := r.PostThin(thin, []byte(`{"id":"acct_1T93Q4Pmpb34Vto6","object":"v2.core.account","display_name":"Books"}`))
	fmt.Println(d.State, d.Outcome+d.Error)
	// Output: done v2.core.account[requirements].updated of acct_1T93Q4Pmpb34Vto6
}
