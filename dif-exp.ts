import { parseYaml } from "./src/config/parse-yaml.ts";
function plain(n:any):any{ if(!n) return null; if(n.kind==="scalar"){const v=n.value; return typeof v==="number"&&!Number.isFinite(v)?String(v):v;} if(n.kind==="list") return n.items.map(plain); const o:any={}; for(const [k,e] of n.entries) o[k]=plain(e.value); return o;}
const docs = JSON.parse(await Bun.stdin.text());
console.log(JSON.stringify(docs.map((d:string)=>{const r=parseYaml(d); return r.complaints.length? {err:r.complaints[0].message}:{ok:plain(r.root)}})));
