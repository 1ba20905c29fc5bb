// Reads DSSE envelopes with in-toto statements, one JSON document for each file named, and has the attestation framework's own
// library judge them. Fields that its definitions do not have are errors.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	attestation "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

type envelope struct {
	PayloadType string            `json:"payloadType"`
	Payload     string            `json:"payload"`
	Signatures  []json.RawMessage `json:"signatures"`
}

func judge(file string) error {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var e envelope
	if err := json.Unmarshal(bytes, &e); err != nil {
		return err
	}
	if e.PayloadType != "application/vnd.in-toto+json" || e.Signatures == nil {
		return fmt.Errorf("no envelope of a statement")
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return err
	}
	var statement attestation.Statement
	if err := protojson.Unmarshal(payload, &statement); err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	if err := statement.Validate(); err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	predicate, err := protojson.Marshal(statement.GetPredicate())
	if err != nil {
		return err
	}
	var p provenance.Provenance
	if err := protojson.Unmarshal(predicate, &p); err != nil {
		return fmt.Errorf("provenance: %w", err)
	}
	if err := p.Validate(); err != nil {
		return fmt.Errorf("provenance: %w", err)
	}
	fmt.Printf("%s: %d subjects, %d dependencies, built by %s\n", file, len(statement.GetSubject()), len(p.GetBuildDefinition().GetResolvedDependencies()), p.GetRunDetails().GetBuilder().GetId())
	return nil
}

func main() {
	for _, file := range os.Args[1:] {
		if err := judge(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
	}
}
