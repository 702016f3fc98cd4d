// The transit engine of Vault behind its HTTP paths, for one token and in memory: enough of a server to sign with.
package main

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	hclog "github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/logical/transit"
	"github.com/hashicorp/vault/sdk/logical"
)

func main() {
	storage := &logical.InmemStorage{}
	config := &logical.BackendConfig{
		Logger:      hclog.NewNullLogger(),
		System:      &logical.StaticSystemView{DefaultLeaseTTLVal: time.Hour, MaxLeaseTTLVal: time.Hour},
		StorageView: storage,
	}
	engine, err := transit.Factory(context.Background(), config)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(os.Args[1], handler(engine, storage)))
}

func handler(engine logical.Backend, storage logical.Storage) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Vault-Token") != os.Getenv("VAULT_TOKEN") {
			http.Error(w, `{"errors":["permission denied"]}`, http.StatusForbidden)
			return
		}
		path, found := strings.CutPrefix(r.URL.Path, "/v1/transit/")
		if !found {
			http.NotFound(w, r)
			return
		}
		data := map[string]interface{}{}
		var operation logical.Operation = logical.ReadOperation
		if r.Method != http.MethodGet {
			operation = logical.UpdateOperation
			if err := json.NewDecoder(r.Body).Decode(&data); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
		}
		answer(w, engine, &logical.Request{Operation: operation, Path: path, Data: data, Storage: storage})
	})
}

func answer(w http.ResponseWriter, engine logical.Backend, request *logical.Request) {
	response, err := engine.HandleRequest(context.Background(), request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if response == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if response.IsError() {
		http.Error(w, response.Error().Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]interface{}{"data": response.Data})
}
